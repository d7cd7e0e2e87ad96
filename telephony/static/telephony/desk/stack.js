// The stack of cards in the page: takes the server's HTML, and changes only those cards that differ.

import { tick } from "./clock.js";

const FOLDS = "telephony-desk-folds";
const FOLDED = ["missed", "unanswered"]; // Unless somebody unfolds them: what is over must not cover the page.
const MOST_FOLDS = 50;

const isBusy = (kept) => kept.dataset.dirty === "1" || (kept.dataset.keep === "dialog" && !kept.hidden);

export class Stack {
    element = document.createElement("div");
    settings = {};
    #list = document.createElement("div");
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
        this.element.append(this.#list, this.#banner, this.#announcer);
        this.element.setAttribute("role", "region");
        this.element.addEventListener("click", ({ target }) => {
            const button = target.closest("[data-fold]");
            if (button) {
                this.#rememberFold(button.closest("article"));
            }
        });
        window.addEventListener("storage", ({ key }) => key === FOLDS && this.cards.forEach((card) => this.#fold(card)));
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
        return [...this.#list.children];
    }

    say(text) {
        this.#banner.textContent = text;
        this.#banner.hidden = !text;
    }

    // `askedAt` is when the server was asked, on this machine's clock, in seconds.
    apply(html, askedAt) {
        const root = new DOMParser().parseFromString(html, "text/html").getElementById("tel-desk");
        this.settings = { csrf: this.settings.csrf, ...root.dataset }; // What a stream brings has no token.
        this.#clockIsAhead = askedAt - Number(root.dataset.now);
        this.element.setAttribute("aria-label", root.dataset.textCalls);
        const wanted = [...root.children].filter((card) => !this.#dismissed.has(card.id));
        const focus = this.#rememberFocus();
        const names = new Set(wanted.map((card) => card.id));
        for (const card of this.cards) {
            // What somebody is writing is not taken from under their hands.
            const isWriting = [...card.querySelectorAll("[data-keep]")].some(isBusy);
            if (!names.has(card.id) && !isWriting) {
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
        }
    }

    undismiss(id) {
        this.#dismissed.delete(id);
    }

    tick() {
        const now = Date.now() / 1000 - this.#clockIsAhead;
        tick(this.#list, now);
        for (const card of this.cards) {
            const isOver = card.dataset.until && Number(card.dataset.until) <= now;
            if (isOver && ![...card.querySelectorAll("[data-keep]")].some(isBusy)) {
                this.#remove(card);
            }
        }
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
            card?.replaceWith(made);
            card = made;
            this.#sources.set(fresh.id, source);
            this.#fold(card);
        }
        if (shownUrl !== undefined) {
            card.dataset.shownUrl = shownUrl;
        }
        if (this.#list.children[place] !== card) {
            this.#list.insertBefore(card, this.#list.children[place] ?? null);
        }
    }

    // Which cards are folded is the same in all tabs, and after a reload.
    #rememberFold(card) {
        const key = `${card.id} ${card.dataset.state}`;
        const kept = Object.entries(this.#folds).filter(([other]) => other !== key).slice(-MOST_FOLDS);
        localStorage.setItem(FOLDS, JSON.stringify(Object.fromEntries([...kept, [key, !this.#isFolded(card)]])));
        this.#fold(card);
    }

    #fold(card) {
        const button = card.querySelector("[data-fold]");
        if (button) {
            card.toggleAttribute("data-folded", this.#isFolded(card));
            button.setAttribute("aria-expanded", String(!this.#isFolded(card)));
        }
    }

    #isFolded(card) {
        return this.#folds[`${card.id} ${card.dataset.state}`] ?? FOLDED.includes(card.dataset.state);
    }

    get #folds() {
        try {
            return JSON.parse(localStorage.getItem(FOLDS)) ?? {};
        } catch {
            return {};
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
