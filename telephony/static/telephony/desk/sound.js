// Rings while a phone rings: in one tab only, and only where the browser lets a page make a sound.

const LOCK = "telephony-desk-sound";
const EVERY = 3000;
const LONGEST = 60000;
const TONES = [[784, 0], [988, 0.22], [784, 0.44]]; // Hertz, and seconds from the beginning.

export class Sound {
    #context = null;
    #isMine = false;
    #asked = false;
    #timer = null;
    #stopAt = 0;
    #volume = 0.5;
    #leaving = new AbortController();
    #changed;

    // `changed(isSounding, isSilenced)`: what this tab does; silenced if the browser wants a click first.
    constructor(changed) {
        this.#changed = changed;
        const claim = () => this.#claim();
        document.addEventListener("pointerdown", claim, { capture: true });
        document.addEventListener("keydown", claim, { capture: true });
    }

    ring(volume) {
        this.#volume = volume / 100;
        if (this.#stopAt) {
            return;
        }
        this.#stopAt = Date.now() + LONGEST;
        this.#claim();
        this.#play();
        this.#timer = setInterval(() => this.#play(), EVERY);
    }

    stop() {
        clearInterval(this.#timer);
        this.#stopAt = 0;
        this.#changed(false, false);
    }

    // Silent for good: another tab may have its turn.
    leave() {
        this.stop();
        this.#asked = true;
        this.#isMine = false;
        this.#leaving.abort();
    }

    comeBack() {
        this.#asked = false;
        this.#leaving = new AbortController();
    }

    // One short ring, to hear how loud it is; the click that asks for it also lets the page sound.
    async test(volume) {
        this.#volume = volume / 100;
        this.#context ??= new AudioContext();
        await this.#context.resume();
        this.#tones();
    }

    async #claim() {
        if (this.#asked || (!this.#stopAt && !navigator.userActivation?.hasBeenActive)) {
            return;
        }
        this.#context ??= new AudioContext();
        this.#context.resume();
        await new Promise((done) => setTimeout(done, 100));
        if (this.#context.state !== "running" || this.#asked) {
            this.#changed(false, this.#stopAt > 0);
            return;
        }
        this.#asked = true;
        const begin = () => { this.#isMine = true; this.#play(); };
        if (navigator.locks) {
            const { signal } = this.#leaving;
            const held = () => { begin(); return new Promise((done) => signal.addEventListener("abort", done)); };
            navigator.locks.request(LOCK, { signal }, held).catch(() => {}); // It left before its turn came.
        } else {
            begin();
        }
    }

    #play() {
        if (!this.#stopAt) {
            return;
        }
        if (Date.now() > this.#stopAt) {
            clearInterval(this.#timer);
            this.#changed(false, false);
            return;
        }
        if (!this.#isMine || (!navigator.locks && document.visibilityState !== "visible")) {
            return;
        }
        this.#changed(true, false);
        this.#tones();
    }

    #tones() {
        const now = this.#context.currentTime;
        for (const [frequency, after] of TONES) {
            const tone = this.#context.createOscillator();
            const loudness = this.#context.createGain();
            tone.frequency.value = frequency;
            loudness.gain.setValueAtTime(0, now + after);
            loudness.gain.linearRampToValueAtTime(this.#volume * 0.4, now + after + 0.02);
            loudness.gain.exponentialRampToValueAtTime(0.0001, now + after + 0.2);
            tone.connect(loudness).connect(this.#context.destination);
            tone.start(now + after);
            tone.stop(now + after + 0.21);
        }
    }
}
