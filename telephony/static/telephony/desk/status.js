// The switch of one's status in the header: shows what holds in all tabs, and changes it without leaving the page.

const KEY = "telephony-status";

export class StatusSwitch {
    #element = document.querySelector("[data-status-switch]");
    #post;
    #refresh;

    constructor(post, refresh) {
        this.#post = post;
        this.#refresh = refresh;
        if (!this.#element) {
            return;
        }
        this.#show(sessionStorage.getItem(KEY)); // Until the cards come: what it was on the page before.
        this.#element.addEventListener("submit", (event) => this.#submit(event));
        document.addEventListener("click", ({ target }) => this.#element.contains(target) || this.#close());
        this.#element.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                this.#close();
                this.#element.querySelector("summary").focus();
            }
        });
    }

    // What the server says with the cards.
    tell({ status, statusReason, statusWord }) {
        const said = JSON.stringify({ status, statusReason, statusWord });
        sessionStorage.setItem(KEY, said);
        this.#show(said);
    }

    #show(said) {
        if (!said || !this.#element) {
            return;
        }
        const { status, statusReason, statusWord } = JSON.parse(said);
        this.#element.querySelector("summary .tel-status-dot").dataset.state = status;
        const word = this.#element.querySelector(".tel-status-word");
        if (word.textContent !== statusWord) {
            word.textContent = statusWord;
        }
        for (const button of this.#element.querySelectorAll("button")) {
            const isChosen = button.name === "reason" ? button.value === statusReason : button.value === status;
            button.setAttribute("aria-pressed", String(isChosen));
        }
    }

    async #submit(event) {
        event.preventDefault();
        const { name, value } = event.submitter;
        const told = this.#element.querySelector(".tel-status-told");
        told.textContent = "";
        try {
            const fields = name === "reason" ? { state: "break", reason: value } : { state: value };
            const response = await this.#post(event.target.action, fields);
            if (!response.ok) {
                throw new Error(response.status);
            }
            this.#close();
        } catch {
            told.textContent = this.#element.dataset.failed;
        }
        await this.#refresh();
    }

    #close() {
        this.#element.open = false;
    }
}
