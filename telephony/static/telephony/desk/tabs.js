// The tabs of one browser: one of them leads (holds the stream), all hear each other.

const CHANNEL = "telephony-desk";
const LEADER = "telephony-desk-leader";

export class Tabs {
    #channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
    #handlers = {};
    #leaving = new AbortController();

    constructor() {
        this.#channel?.addEventListener("message", ({ data }) => this.#handlers[data.type]?.(data));
    }

    on(type, handler) {
        this.#handlers[type] = handler;
    }

    say(type, data = {}) {
        this.#channel?.postMessage({ ...data, type });
    }

    // Calls `begin` when this tab leads, until it is closed. Without locks (plain HTTP) each tab leads while it is
    // visible: browsers open six connections to a server, so hidden tabs must not hold any.
    lead(begin, end) {
        if (navigator.locks) {
            const { signal } = this.#leaving;
            const held = () => { begin(); return new Promise((done) => signal.addEventListener("abort", done)); };
            navigator.locks.request(LEADER, { signal }, held).catch(() => {}); // It left before its turn came.
            return;
        }
        const follow = () => (document.visibilityState === "visible" ? begin() : end());
        document.addEventListener("visibilitychange", follow);
        follow();
    }

    // This tab leads no more, nor waits to: its user is signed out, and another tab may have a new session.
    leave() {
        this.#leaving.abort();
    }

    comeBack() {
        this.#leaving = new AbortController();
    }
}
