// The browser's own notifications, while the user looks at something else. Only the leading tab shows them.

const ANSWERS_WITHIN = 150;

export class Notifications {
    #shown = new Map();
    #tabs;
    #focused = false;

    constructor(tabs) {
        this.#tabs = tabs;
        tabs.on("who looks", () => document.hasFocus() && tabs.say("somebody looks"));
        tabs.on("somebody looks", () => { this.#focused = true; });
    }

    async tell(card) {
        if (this.#shown.has(card.id) || window.Notification?.permission !== "granted") {
            return;
        }
        this.#shown.set(card.id, null);
        this.#focused = document.hasFocus();
        this.#tabs.say("who looks");
        await new Promise((done) => setTimeout(done, ANSWERS_WITHIN));
        if (this.#focused || !this.#shown.has(card.id)) {
            return;
        }
        const { word, title, subtitle } = card.dataset;
        const notification = new Notification(`${word}: ${title}`, { body: subtitle, tag: card.id });
        notification.addEventListener("click", () => { window.focus(); notification.close(); });
        this.#shown.set(card.id, notification);
    }

    // Takes back what tells of a call that does not ring any more.
    keep(ids) {
        for (const [id, notification] of this.#shown) {
            if (!ids.has(id)) {
                notification?.close();
                this.#shown.delete(id);
            }
        }
    }
}
