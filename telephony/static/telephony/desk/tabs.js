// The tabs of one browser: one of them leads (holds the stream), all hear each other.

const CHANNEL = "telephony-desk";
const LEADER = "telephony-desk-leader";

export class Tabs {
    #channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
    #handlers = {};

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
            navigator.locks.request(LEADER, () => { begin(); return new Promise(() => {}); });
            return;
        }
        const follow = () => (document.visibilityState === "visible" ? begin() : end());
        document.addEventListener("visibilitychange", follow);
        follow();
    }
}
