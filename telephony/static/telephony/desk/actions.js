// What a person does with a card: closes it, says who it is, writes the result, opens the CRM's dialogs.

const ANSWER = 15000; // The server gives up on its database sooner than that.

export class Actions {
    #stack;
    #tabs;
    #refresh;
    #keys = new Map();

    constructor(stack, tabs, refresh) {
        this.#stack = stack;
        this.#tabs = tabs;
        this.#refresh = refresh;
        stack.element.addEventListener("click", (event) => this.#click(event));
        stack.element.addEventListener("submit", (event) => this.#submit(event));
        stack.element.addEventListener("keydown", (event) => this.#key(event));
        // The CRM's form was saved (HX-Trigger): in this tab the dialog closes, in all of them the cards are read anew.
        document.addEventListener("crm-saved", (event) => {
            const dialog = event.target.closest?.(".tel-desk-dialog") ?? this.#openDialog();
            this.#close(dialog);
            this.#refresh();
        });
        document.addEventListener("htmx:responseError", (event) => this.#failed(event));
        document.addEventListener("htmx:sendError", (event) => this.#failed(event));
        document.addEventListener("htmx:timeout", (event) => this.#failed(event));
        document.addEventListener("htmx:beforeRequest", ({ target }) => this.#told(target)?.remove());
    }

    // With the same key until an answer came: pressed again after a lost answer, nothing is done a second time.
    async post(url, fields = {}) {
        const body = new URLSearchParams(fields);
        const asked = `${url} ${body}`;
        const key = this.#keys.get(asked) ?? Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
        this.#keys.set(asked, key);
        const headers = { "X-CSRFToken": this.#stack.settings.csrf, "X-Once-Key": key, "X-Requested-With": "XMLHttpRequest" };
        const response = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(ANSWER) });
        if (response.status !== 409) {
            this.#keys.delete(asked);
        }
        return response;
    }

    async #click(event) {
        const button = event.target.closest("button");
        if (button?.dataset.dialog) {
            this.#toggle(button);
        } else if (button?.dataset.closeAll) {
            await this.#dismiss(this.#stack.closable.map((card) => card.id), this.#stack.settings.closeAll);
        } else if (button && "dismiss" in button.dataset) {
            await this.#dismiss([button.closest("article").id], button.dataset.post);
        } else if (button?.dataset.post) {
            button.disabled = true;
            await this.#send(() => this.post(button.dataset.post, { contact: button.dataset.contact }));
            button.disabled = false;
        }
    }

    async #dismiss(ids, url) {
        const cards = ids.map((id) => ["card", document.getElementById(id).dataset.card]);
        ids.forEach((id) => { this.#stack.dismiss(id); this.#tabs.say("dismissed", { id }); });
        if (!(await this.#send(() => this.#postAgain(url, cards)))) {
            ids.forEach((id) => { this.#stack.undismiss(id); this.#tabs.say("undismissed", { id }); });
        }
    }

    // For what may be done twice: a server that was busy for a moment is asked once more before anybody is told.
    async #postAgain(url, fields) {
        const response = await this.post(url, fields).catch(() => null);
        if (response && response.status < 500) {
            return response;
        }
        await new Promise((go) => { setTimeout(go, 1000); });
        return this.post(url, fields);
    }

    async #send(request) {
        let response = null;
        try {
            response = await request();
        } catch {
            // Said below.
        }
        this.#stack.say(response?.ok ? "" : this.#stack.settings.textFailed);
        await this.#refresh();
        return response?.ok;
    }

    async #submit(event) {
        const form = event.target;
        if (!form.matches(".tel-desk-result")) {
            return;
        }
        event.preventDefault();
        const told = form.querySelector(".tel-desk-told");
        const { textSaved, textSaving, textFailed } = this.#stack.settings;
        const fields = Object.fromEntries(new FormData(form));
        const closes = event.submitter?.name === "close";
        const { id } = form.closest("article"); // The card may be painted anew while the server answers.
        told.dataset.tone = "";
        told.textContent = textSaving;
        let problem = textFailed;
        try {
            const response = await this.post(form.dataset.url, closes ? { ...fields, close: "1" } : fields);
            problem = response.ok ? "" : (response.status === 400 && (await response.text())) || textFailed;
        } catch {
            // The words are there already.
        }
        told.dataset.tone = problem ? "bad" : "";
        told.textContent = problem || textSaved;
        if (!problem) {
            delete form.dataset.dirty;
            if (closes) {
                this.#stack.dismiss(id);
                this.#tabs.say("dismissed", { id });
            }
            this.#refresh();
        }
    }

    #toggle(button) {
        const card = button.closest("article");
        const dialog = card.querySelector(".tel-desk-dialog");
        const wasOpen = button.getAttribute("aria-expanded") === "true";
        this.#close(dialog);
        if (wasOpen) {
            return;
        }
        button.setAttribute("aria-expanded", "true");
        dialog.hidden = false;
        dialog.dataset.opener = button.dataset.key;
        dialog.textContent = this.#stack.settings.textLoading;
        window.htmx.ajax("GET", button.dataset.dialog, { target: dialog, swap: "innerHTML" }).then(() => {
            dialog.querySelector("input:not([type=hidden]), textarea, select, button")?.focus();
        });
    }

    #close(dialog) {
        if (!dialog) {
            return;
        }
        dialog.hidden = true;
        dialog.replaceChildren();
        delete dialog.dataset.dirty;
        const opener = dialog.closest("article")?.querySelector('[aria-expanded="true"]');
        opener?.setAttribute("aria-expanded", "false");
        opener?.focus({ preventScroll: true });
    }

    #key(event) {
        const dialog = event.target.closest(".tel-desk-dialog");
        if (event.key === "Escape" && dialog) {
            event.stopPropagation();
            this.#close(dialog);
        }
    }

    #openDialog() {
        return this.#stack.element.querySelector(".tel-desk-dialog:not([hidden])");
    }

    #failed(event) {
        const dialog = event.target.closest?.(".tel-desk-dialog");
        if (dialog && !dialog.querySelector("form")) {
            dialog.textContent = this.#stack.settings.textFailed;
        } else if (event.type !== "htmx:responseError") {
            this.#tell(event.target.closest?.("form"));
        }
    }

    // What was typed stays in the form; beside its buttons stands what to do.
    #tell(form) {
        if (!form) {
            this.#stack.say(this.#stack.settings.textFailed);
            return;
        }
        this.#told(form)?.remove();
        const told = document.createElement("p");
        told.className = "tel-desk-unanswered";
        told.setAttribute("role", "alert");
        told.textContent = this.#stack.settings.textFailed;
        form.append(told);
    }

    #told(target) {
        return target.closest?.("form")?.querySelector(".tel-desk-unanswered");
    }
}
