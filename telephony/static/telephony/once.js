// What is pressed twice is sent once. A form has its key in a hidden field; what htmx sends gets one here: it stays the
// same until an answer came, so that pressing again after a lost answer does nothing a second time.
"use strict";

(() => {
    const keys = new WeakMap();
    const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

    const buttonsOf = (element, submitter) => {
        if (element.matches("button")) {
            return [element];
        }
        const found = submitter ?? element.querySelector?.("button:not([type=button]), input[type=submit]");
        return found ? [found] : [];
    };
    const show = (buttons, isBusy) => buttons.forEach((button) => {
        if (isBusy) {
            button.setAttribute("aria-busy", "true");
        } else {
            button.removeAttribute("aria-busy");
        }
    });

    // Not `disabled`: a disabled button's name would not be sent, and its look would stay after “Back”.
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (event.defaultPrevented || form.method !== "post" || form.target === "_blank") {
            return;
        }
        if (form.dataset.onceSent) {
            event.preventDefault();
            return;
        }
        form.dataset.onceSent = "1";
        show(buttonsOf(form, event.submitter), true);
    });
    window.addEventListener("pageshow", () => {
        document.querySelectorAll("form[data-once-sent]").forEach((form) => {
            delete form.dataset.onceSent;
            show([...form.querySelectorAll('[aria-busy="true"]')], false);
        });
    });

    document.addEventListener("htmx:configRequest", (event) => {
        const { elt, verb, headers, triggeringEvent } = event.detail;
        if (verb === "get") {
            return;
        }
        if (!keys.has(elt)) {
            keys.set(elt, newKey());
        }
        headers["X-Once-Key"] = keys.get(elt);
        show(buttonsOf(elt, triggeringEvent?.submitter), true);
    });
    document.addEventListener("htmx:afterRequest", (event) => {
        const { elt, xhr, requestConfig } = event.detail;
        show([...buttonsOf(elt, requestConfig?.triggeringEvent?.submitter)], false);
        if (xhr.status && xhr.status !== 409) {
            keys.delete(elt);
        }
    });
})();
