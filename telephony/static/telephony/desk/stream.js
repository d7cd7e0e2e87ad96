// Hints from the server: a stream of events or, where the server can't hold one, a question every few seconds.

const POLL = 5000;
const TRY_AGAIN = 60000;
const SILENCE = 40000; // The server says something every 15 s; a dead line says nothing.
const ANSWER = 6000;
const KNOWN_IDS = 500;

export class Hints {
    #source = null;
    #urls;
    #tell;
    #heardAt = 0;
    #known = new Set();
    #last = null;
    #timers = [];

    // `tell(topic, html)`: cards, board, resync or end; `html` has the cards, where they came along.
    constructor(urls, tell) {
        this.#urls = urls;
        this.#tell = tell;
    }

    begin() {
        if (this.#source || this.#timers.length) {
            return;
        }
        this.#timers.push(setInterval(() => this.#watch(), POLL));
        this.#open();
    }

    end() {
        this.#source?.close();
        this.#source = null;
        this.#timers.forEach(clearInterval);
        this.#timers = [];
    }

    #open() {
        this.#heardAt = Date.now();
        this.#source = new EventSource(this.#urls.live);
        for (const topic of ["cards", "board", "resync", "end", "beat"]) {
            this.#source.addEventListener(topic, (event) => this.#hear(topic, event));
        }
        this.#source.addEventListener("open", () => { this.#heardAt = Date.now(); });
        this.#source.addEventListener("error", () => {
            // On anything but a cut line the browser gives up by itself: then we ask instead, and try again later.
            if (this.#source?.readyState === EventSource.CLOSED) {
                this.#source = null;
                this.#openAgainAt = Date.now() + TRY_AGAIN;
                this.#watch();
            }
        });
    }

    #openAgainAt = 0;

    #hear(topic, { lastEventId: id, data }) {
        this.#heardAt = Date.now();
        if (topic === "cards" || topic === "board") {
            // Around a reconnection the server tells the last seconds again.
            if (id && this.#known.has(id)) {
                return;
            }
            this.#known.add(id);
            if (this.#known.size > KNOWN_IDS) {
                this.#known.delete(this.#known.values().next().value);
            }
        }
        if (topic === "end") {
            this.end();
        }
        if (topic !== "beat") {
            this.#tell(topic, topic === "cards" ? JSON.parse(data).html : undefined);
        }
    }

    #watch() {
        if (this.#source) {
            if (Date.now() - this.#heardAt > SILENCE) {
                this.#source.close();
                this.#open();
                this.#tell("resync");
            }
            return;
        }
        if (Date.now() > this.#openAgainAt) {
            this.#open();
            return;
        }
        this.#ask();
    }

    async #ask() {
        let state;
        try {
            const response = await fetch(this.#urls.state, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(ANSWER) });
            if (response.status === 403) {
                this.end();
                this.#tell("end");
                return;
            }
            if (!response.ok) {
                return;
            }
            state = await response.json();
        } catch {
            return; // Asked again in a few seconds.
        }
        for (const topic of ["cards", "board"]) {
            if (state[topic] !== null && state[topic] !== this.#last?.[topic]) {
                this.#tell(topic);
            }
        }
        this.#last = state;
    }
}
