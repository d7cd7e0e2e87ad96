// The stack of cards in the page: takes the server's HTML, and changes only those cards that differ.

import { tick } from "./clock.js";
import { Tray, isBusy, isWritten } from "./tray.js";

export class Stack {
    element = document.createElement("div");
    settings = {};
    #list = document.createElement("div");
    #tray = new Tray(this.element, this.#list);
    #banner = document.createElement("p");
    #announcer = document.createElement("p");
    #sources = new Map();
    #dismissed = new Set();
    #clockIsAhead = 0;

    constructor() {
        this.element.id = "tel-desk-stack";
        this.#list.className = "tel-desk-list";
        this.#announcer.className = "tel-desk-hidden";
        this.#announcer.setAttribute("aria-live", "assertive");
        this.#banner.className = "tel-desk-banner";
        this.#banner.setAttribute("role", "status");
        this.#banner.hidden = true;
        this.element.append(this.#list, this.#tray.element, this.#banner, this.#announcer);
        this.element.setAttribute("role", "region");
        this.element.addEventListener("click", ({ target }) => {
            const button = target.closest("[data-fold]");
            if (button) {
                this.#tray.turn(button.closest("article"));
                button.focus({ preventScroll: true });
            }
        });
        this.element.addEventListener("input", ({ target }) => {
            const kept = target.closest("[data-keep]");
            if (kept) {
                kept.dataset.dirty = "1";
            }
        });
        document.body.append(this.element);
        setInterval(() => this.tick(), 1000);
    }

    get cards() {
        return this.#tray.cards;
    }

    // Which "close all" closes: not where something is written that was not sent yet.
    get closable() {
        return this.cards.filter((card) => card.dataset.card && !isWritten(card));
    }

    say(text) {
        this.#banner.textContent = text;
        this.#banner.hidden = !text;
        this.#note();
    }

    // `askedAt` is when the server was asked, on this machine's clock, in seconds.
    apply(html, askedAt) {
        const root = new DOMParser().parseFromString(html, "text/html").getElementById("tel-desk");
        this.settings = { csrf: this.settings.csrf, ...root.dataset }; // What a stream brings has no token.
        this.#clockIsAhead = askedAt - Number(root.dataset.now);
        this.element.setAttribute("aria-label", root.dataset.textCalls);
        this.#tray.name(this.settings);
        this.element.toggleAttribute("data-silent", root.dataset.silent === "1");
        const wanted = [...root.children].filter((card) => !this.#dismissed.has(card.id));
        const focus = this.#rememberFocus();
        const names = new Set(wanted.map((card) => card.id));
        for (const card of this.cards) {
            // What somebody is writing is not taken from under their hands.
            if (!names.has(card.id) && !isWritten(card)) {
                this.#remove(card);
            }
        }
        const rings = wanted.find((card) => card.dataset.rings === "1" && !document.getElementById(card.id));
        if (rings) {
            this.#announcer.textContent = `${rings.dataset.word}: ${rings.dataset.title}`;
        }
        wanted.forEach((card, place) => this.#put(card, place));
        focus();
        this.tick();
    }

    // The user closed it, here or in another tab.
    dismiss(id) {
        this.#dismissed.add(id);
        const card = document.getElementById(id);
        if (card) {
            this.#remove(card);
            this.#arrange();
        }
    }

    undismiss(id) {
        this.#dismissed.delete(id);
    }

    tick() {
        const now = Date.now() / 1000 - this.#clockIsAhead;
        tick(this.element, now);
        for (const card of this.cards) {
            const isOver = card.dataset.until && Number(card.dataset.until) <= now;
            if (isOver && !isWritten(card)) {
                this.#remove(card);
            }
        }
        this.#arrange(now);
    }

    #arrange(now = Date.now() / 1000 - this.#clockIsAhead) {
        const focus = this.#rememberFocus();
        this.#note();
        this.#tray.arrange(now);
        focus();
    }

    // The page leaves room where there is something to see (tray.js); an empty stack takes none.
    #note() {
        const hasCards = this.cards.length > 0 && !this.element.hasAttribute("data-silent");
        this.element.toggleAttribute("data-full", hasCards || !this.#banner.hidden);
    }

    #put(fresh, place) {
        const { shownUrl } = fresh.dataset;
        delete fresh.dataset.shownUrl; // That somebody saw it is nothing to paint it anew for.
        const source = fresh.outerHTML;
        let card = document.getElementById(fresh.id);
        if (!card || this.#sources.get(fresh.id) !== source) {
            const made = document.importNode(fresh, true);
            for (const kept of card?.querySelectorAll("[data-keep]") ?? []) {
                const same = made.querySelector(`[data-keep="${kept.dataset.keep}"]`);
                if (same && isBusy(kept)) {
                    same.replaceWith(kept);
                }
            }
            // "Saving ..." and "Saved." are said of the card, not of one painting of it.
            const told = card?.querySelector(".tel-desk-told");
            if (told) {
                made.querySelector(".tel-desk-told")?.replaceWith(told);
            }
            card?.replaceWith(made);
            card = made;
            this.#sources.set(fresh.id, source);
        }
        if (shownUrl !== undefined) {
            card.dataset.shownUrl = shownUrl;
        }
        card.dataset.place = place;
        if (!card.parentElement) {
            this.#list.append(card);
        }
    }

    #remove(card) {
        this.#sources.delete(card.id);
        card.remove();
    }

    #rememberFocus() {
        const element = document.activeElement;
        if (!this.element.contains(element)) {
            return () => {};
        }
        const { selectionStart, selectionEnd } = element;
        return () => {
            if (element.isConnected && document.activeElement !== element) {
                element.focus({ preventScroll: true });
                if (typeof selectionStart === "number") {
                    element.setSelectionRange(selectionStart, selectionEnd);
                }
            }
        };
    }
}
