// Which cards are open and which are one line each in the tray, and the room that the page leaves for both.

const FOLDS = "telephony-desk-folds";
const MOST_FOLDS = 50;
const TRAY = "telephony-desk-tray";
const MOST_OPEN = 2;
const STAYS = 15; // Seconds that a finished call's card stays open by itself.
const PHONE = window.matchMedia("(max-width: 640px)");
const SIDE = window.matchMedia("(min-width: 1280px)");

export const isBusy = (kept) => kept.dataset.dirty === "1" || (kept.dataset.keep === "dialog" && !kept.hidden);
export const isWritten = (card) => [...card.querySelectorAll("[data-keep]")].some(isBusy);

export class Tray {
    element = document.createElement("section");
    #lines = document.createElement("div");
    #toggle = document.createElement("button");
    #count = document.createElement("span");
    #word = document.createElement("span");
    #closeAll = document.createElement("button");
    #stack;
    #list;
    #now = 0;

    // `stack` is the element with everything, `list` where open cards are.
    constructor(stack, list) {
        this.#stack = stack;
        this.#list = list;
        this.element.className = "tel-desk-tray";
        this.#lines.className = "tel-desk-tray-lines";
        this.#toggle.className = "tel-desk-tray-toggle";
        this.#count.className = "tel-desk-count";
        this.#closeAll.className = "tel-desk-close-all";
        this.#toggle.type = this.#closeAll.type = "button";
        this.#closeAll.dataset.closeAll = "1";
        this.#toggle.append(this.#word, this.#count);
        const head = document.createElement("div");
        head.className = "tel-desk-tray-head";
        head.append(this.#toggle, this.#closeAll);
        this.element.append(head, this.#lines);
        this.element.hidden = true;
        this.#toggle.addEventListener("click", () => {
            localStorage.setItem(TRAY, this.#isShut ? "open" : "shut");
            this.#paint();
        });
        window.addEventListener("storage", ({ key }) => [FOLDS, TRAY].includes(key) && this.arrange(this.#now));
        [PHONE, SIDE].forEach((query) => query.addEventListener("change", () => this.arrange(this.#now)));
        new ResizeObserver(() => this.#makeRoom()).observe(stack);
    }

    name({ textTray, textCloseAll }) {
        this.#word.textContent = textTray;
        this.#closeAll.textContent = textCloseAll;
    }

    get cards() {
        return [...this.#list.children, ...this.#lines.children];
    }

    // Those that need their user first are open, the others lines. `now` is the server's, in seconds.
    arrange(now) {
        this.#now = now;
        const cards = this.cards.sort((one, other) => one.dataset.place - other.dataset.place);
        const wanted = cards.filter((card) => !this.#isFolded(card));
        wanted.sort((one, other) => this.#need(one) - this.#need(other));
        const open = new Set(wanted.slice(0, PHONE.matches ? 1 : MOST_OPEN));
        this.#fill(this.#list, cards.filter((card) => open.has(card)), false);
        this.#fill(this.#lines, cards.filter((card) => !open.has(card)), true);
        this.#paint();
        this.#makeRoom();
    }

    // What the user opens or folds is so in all tabs, and after a reload.
    turn(card) {
        const key = keyOf(card);
        const kept = Object.entries(folds()).filter(([other]) => other !== key).slice(-MOST_FOLDS);
        const isFolded = !card.hasAttribute("data-folded");
        localStorage.setItem(FOLDS, JSON.stringify(Object.fromEntries([...kept, [key, isFolded]])));
        this.arrange(this.#now);
    }

    #isFolded(card) {
        if (card.contains(document.activeElement) && isWritten(card)) {
            return false;
        }
        const chosen = folds()[keyOf(card)];
        const isOld = card.dataset.over && this.#now - Number(card.dataset.over) > STAYS && !isWritten(card);
        return chosen ?? (card.dataset.state === "elsewhere" || Boolean(isOld));
    }

    // The smallest number is served first: where somebody writes, what rings, what was opened last, what goes on.
    #need(card) {
        if (card.contains(document.activeElement) && isWritten(card)) {
            return -1000;
        }
        const opened = Object.entries(folds()).filter(([, isFolded]) => !isFolded).map(([key]) => key).indexOf(keyOf(card));
        const rank = Number(card.dataset.rank);
        return rank === 0 || opened < 0 ? rank * 1000 : 500 - opened;
    }

    // Nothing is moved that is in its place already: what has the focus keeps it.
    #fill(place, cards, isFolded) {
        cards.forEach((card, index) => {
            card.toggleAttribute("data-folded", isFolded);
            card.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!isFolded));
            if (place.children[index] !== card) {
                place.insertBefore(card, place.children[index] ?? null);
            }
        });
    }

    #paint() {
        const lines = this.#lines.childElementCount;
        this.element.hidden = !lines && this.#list.childElementCount < 2;
        this.element.toggleAttribute("data-shut", this.#isShut);
        this.#toggle.setAttribute("aria-expanded", String(!this.#isShut));
        this.#toggle.disabled = !lines;
        this.#count.textContent = lines || "";
    }

    // On a phone there is no room for all lines, unless they are asked for.
    get #isShut() {
        return (localStorage.getItem(TRAY) ?? (PHONE.matches ? "shut" : "open")) === "shut";
    }

    // The page goes on beside the stack, or above it: nothing of it is ever underneath.
    #makeRoom() {
        const { documentElement: root, body } = document;
        const height = this.#stack.offsetHeight;
        const mode = !height || !this.#stack.hasAttribute("data-full") ? "" : SIDE.matches ? "side" : "dock";
        const { cards = "" } = root.dataset;
        root.style.setProperty("--tel-dock", mode === "dock" ? `${height}px` : "0px");
        if (cards === mode) {
            return;
        }
        const scrolled = cards === "dock" ? body.scrollTop : window.scrollY;
        root.dataset.cards = mode;
        if (cards === "dock" || mode === "dock") {
            (mode === "dock" ? body : root).scrollTo({ top: scrolled, behavior: "instant" });
        }
    }
}

function keyOf(card) {
    return `${card.id} ${card.dataset.state}`;
}

function folds() {
    try {
        return JSON.parse(localStorage.getItem(FOLDS)) ?? {};
    } catch {
        return {};
    }
}
