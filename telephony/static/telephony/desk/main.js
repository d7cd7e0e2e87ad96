// The desk of one tab: cards come from the server as HTML, hints say when to fetch them anew.

import { Actions } from "./actions.js";
import { Notifications } from "./notifications.js";
import { Sound } from "./sound.js";
import { Stack } from "./stack.js";
import { StatusSwitch } from "./status.js";
import { Hints } from "./stream.js";
import { Tabs } from "./tabs.js";

const LOOK_EVERY = 5000;
const OLDEST = 14000; // Hints may be lost: what is shown is never older than this and LOOK_EVERY's rest.
const START_AGAIN = 2000;
const PAINTING = 250;
const ANSWER = 6000; // What is not answered by then is asked anew: a dead line must not hold the next card.
const OPENED = "telephony-desk-opened";

export function start(base) {
    new Desk(base);
}

class Desk {
    #base;
    #tabs = new Tabs();
    #stack = new Stack();
    #notifications = new Notifications(this.#tabs);
    #sound = new Sound((isSounding, isSilenced) => this.#soundChanged(isSounding, isSilenced));
    #actions = new Actions(this.#stack, this.#tabs, () => this.refresh());
    #status = new StatusSwitch((url, fields) => this.#actions.post(url, fields), () => this.refresh());
    #hints = null;
    #leads = false;
    #signedOut = false;
    #fetching = null;
    #again = false;
    #appliedAt = 0;
    #states = new Map();
    #silenced = new Set();
    #acknowledged = new Set();
    #isWriting = false;

    constructor(base) {
        this.#base = base;
        this.#tabs.on("cards", ({ html, begunAt }) => this.#apply(html, begunAt));
        this.#tabs.on("begun", () => this.#signedOut && !this.#isWriting && window.location.reload());
        this.#tabs.on("board", () => document.dispatchEvent(new CustomEvent("tel-board")));
        this.#tabs.on("dismissed", ({ id }) => { this.#stack.dismiss(id); this.#ring(); });
        this.#tabs.on("undismissed", ({ id }) => this.#stack.undismiss(id));
        this.#tabs.on("silenced", ({ id }) => { this.#silenced.add(id); this.#ring(); });
        this.#stack.element.addEventListener("pointerdown", ({ target }) => this.#silence(target.closest("article")));
        document.addEventListener("visibilitychange", () => this.#look());
        document.addEventListener("input", ({ target }) => {
            this.#isWriting ||= !this.#stack.element.contains(target) && Boolean(target.closest("form"));
        });
        document.addEventListener("tel-signed-in", ({ detail }) => this.#comeBack(detail.csrf));
        window.addEventListener("online", () => this.refresh());
        window.addEventListener("tel-desk-refresh", () => this.refresh());
        setInterval(() => this.#look(), LOOK_EVERY);
        this.refresh().then(() => this.#begin());
    }

    // A tab that was signed out meanwhile learns of the new session, and comes back.
    #begin() {
        if (!this.#signedOut) {
            this.#tabs.say("begun");
            this.#tabs.lead(() => this.#lead(), () => this.#hints?.end());
        }
    }

    // Fetches the cards, once at a time, and hands them to the other tabs.
    async refresh() {
        if (this.#fetching) {
            this.#again = true;
            return this.#fetching;
        }
        this.#fetching = this.#fetch();
        await this.#fetching;
        this.#fetching = null;
        if (this.#again) {
            this.#again = false;
            await this.refresh();
        }
    }

    async #fetch() {
        const begunAt = Date.now();
        try {
            const response = await fetch(`${this.#base}cards/`, {
                headers: { "X-Requested-With": "XMLHttpRequest" }, signal: AbortSignal.timeout(ANSWER),
            });
            if (response.status === 403) {
                this.#end();
                return;
            }
            if (!response.ok) {
                throw new Error(response.status);
            }
            this.#show(await response.text(), begunAt);
        } catch {
            this.#isOffline = true;
            this.#stack.say(this.#stack.settings.textOffline ?? "");
        }
    }

    // Here and in the other tabs.
    #show(html, begunAt) {
        const say = () => this.#tabs.say("cards", { html, begunAt });
        if (document.visibilityState === "hidden") {
            say(); // Another tab is looked at.
            this.#apply(html, begunAt);
        } else {
            this.#apply(html, begunAt);
            setTimeout(say);
        }
        if (this.#isOffline) {
            this.#isOffline = false;
            this.#stack.say("");
        }
    }

    #isOffline = false;

    #lead() {
        this.#leads = true;
        this.#stack.element.dataset.leads = "1";
        const { live, state } = this.#stack.settings;
        if (live && !this.#signedOut) {
            this.#hints ??= new Hints({ live, state }, (topic, html) => this.#hear(topic, html));
            this.#hints.begin();
        }
    }

    async #hear(topic, html) {
        if (topic === "end") {
            // Logged out, or the session or its rights are others now: the answer to a new question tells which.
            await this.refresh();
            setTimeout(() => this.#signedOut || this.#lead(), START_AGAIN);
            return;
        }
        if (html) {
            this.#show(html, Date.now());
        } else if (topic !== "board") {
            this.refresh();
        }
        if (topic !== "cards") {
            this.#tabs.say("board");
            document.dispatchEvent(new CustomEvent("tel-board"));
        }
    }

    #look() {
        if (document.visibilityState !== "visible" || this.#signedOut) {
            return;
        }
        this.#acknowledge();
        if (this.#leads && !this.#hints) {
            this.#lead();
        }
        if (Date.now() - this.#appliedAt > OLDEST || this.#isOffline) {
            this.refresh();
        }
    }

    #apply(html, begunAt) {
        if (begunAt < this.#appliedAt || this.#signedOut) {
            return; // Something newer is shown already.
        }
        this.#appliedAt = begunAt;
        this.#stack.apply(html, begunAt / 1000);
        this.#status.tell(this.#stack.settings);
        document.dispatchEvent(new CustomEvent("tel-cards"));
        this.#afterPainting(() => {
            this.#acknowledge();
            this.#ring();
            this.#open();
            this.#states = new Map(this.#stack.cards.map((card) => [card.id, card.dataset.state]));
        });
    }

    // The card comes first; but a tab that nobody looks at, now or in a moment, paints nothing.
    #afterPainting(work) {
        if (document.visibilityState === "hidden") {
            work();
            return;
        }
        const timer = setTimeout(() => { cancelAnimationFrame(frame); work(); }, PAINTING);
        const frame = requestAnimationFrame(() => { clearTimeout(timer); setTimeout(work); });
    }

    #acknowledge() {
        if (document.visibilityState !== "visible") {
            return;
        }
        for (const { id, dataset } of this.#stack.cards) {
            if (dataset.shownUrl && !this.#acknowledged.has(id)) {
                this.#acknowledged.add(id);
                this.#actions.post(dataset.shownUrl).catch(() => this.#acknowledged.delete(id));
            }
        }
    }

    #ring() {
        const { sound, volume, notifications } = this.#stack.settings;
        const ringing = this.#stack.cards.filter((card) => card.dataset.rings === "1");
        const audible = ringing.filter((card) => !this.#silenced.has(card.id));
        if (audible.length && sound === "1") {
            this.#sound.ring(Number(volume));
        } else {
            this.#sound.stop();
        }
        this.#notifications.keep(new Set(ringing.map((card) => card.id)));
        if (this.#leads && notifications === "1") {
            ringing.forEach((card) => this.#notifications.tell(card));
        }
    }

    #silence(card) {
        if (card?.dataset.rings === "1" && !this.#silenced.has(card.id)) {
            this.#silenced.add(card.id);
            this.#tabs.say("silenced", { id: card.id });
            this.#ring();
        }
    }

    #soundChanged(isSounding, isSilenced) {
        this.#stack.element.dataset.sounding = isSounding ? "1" : "0";
        if (isSilenced && !this.#isOffline) {
            this.#stack.say(this.#stack.settings.textSilent);
        } else if (!this.#isOffline && !this.#signedOut) {
            this.#stack.say("");
        }
    }

    // The contact's page, if the user wants that: in the tab that is looked at, once for each call.
    #open() {
        const { opens } = this.#stack.settings;
        if (opens === "never" || !document.hasFocus() || this.#isWriting) {
            return;
        }
        for (const { id, dataset } of this.#stack.cards) {
            const isNew = this.#states.get(id) !== dataset.state;
            const opened = (localStorage.getItem(OPENED) ?? "").split(" ");
            const isThere = dataset.contactUrl && new URL(dataset.contactUrl, window.location).pathname;
            if (isNew && dataset.state === opens && isThere && !opened.includes(id)) {
                localStorage.setItem(OPENED, [...opened.slice(-20), id].join(" "));
                if (isThere !== window.location.pathname) {
                    window.location.assign(dataset.contactUrl);
                }
                return;
            }
        }
    }

    #end() {
        this.#signedOut = true;
        this.#hints?.end();
        this.#leads = false;
        this.#tabs.leave();
        this.#sound.leave();
        const text = this.#stack.settings.textSignedOut ?? "";
        this.#stack.cards.forEach((card) => card.remove());
        this.#stack.say(text);
        document.dispatchEvent(new CustomEvent("tel-signed-out"));
    }

    // Signed in again on this page.
    #comeBack(csrf) {
        this.#stack.settings.csrf = csrf;
        if (this.#signedOut) {
            this.#signedOut = false;
            this.#tabs.comeBack();
            this.#sound.comeBack();
            this.#stack.say("");
            this.refresh().then(() => this.#begin());
        }
    }
}
