// A session that ends in the middle of work: a dialog to sign in again in place. What was typed stays, and what the
// server refused is sent once more. In every page's head; the dialog stands in the page (config/again.html).
"use strict";

(() => {
    const ANSWER = 3000; // Then a form is sent without knowing: the server decides anyway.
    const TABS = "people-again";
    const tabs = "BroadcastChannel" in window ? new BroadcastChannel(TABS) : null;
    const plainFetch = window.fetch.bind(window);
    let signingIn = null;
    let finish = () => {};

    const dialog = () => document.getElementById("people-again");

    // {user, csrf}, or null if the server does not answer.
    async function ask() {
        try {
            const answer = await plainFetch(dialog().dataset.url, { cache: "no-store", signal: AbortSignal.timeout(ANSWER) });
            return answer.ok ? await answer.json() : null;
        } catch {
            return null;
        }
    }

    // A new session has a new token against forged requests: forms of the old one would be refused.
    function freshen(csrf) {
        document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = csrf; });
        document.querySelectorAll("[hx-headers*=X-CSRFToken]").forEach((place) => {
            place.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": csrf }));
        });
    }

    function isSame(state) {
        return String(state.user) === dialog().dataset.user;
    }

    // Whoever is back goes on; somebody else must not see this page.
    function settle(state) {
        if (!state?.user) {
            return false;
        }
        if (!isSame(state)) {
            tell(dialog().dataset.other);
            window.location.reload();
            return false;
        }
        freshen(state.csrf);
        if (dialog().open) {
            dialog().close();
        }
        dialog().querySelector("form").reset();
        tell("");
        document.dispatchEvent(new CustomEvent("tel-signed-in", { detail: { csrf: state.csrf } }));
        signingIn = null;
        finish();
        return true;
    }

    function tell(words) {
        const told = dialog().querySelector("[role=alert]");
        told.textContent = words;
        told.hidden = !words;
    }

    // Resolves when the person is signed in again; at once if they are.
    function signIn() {
        if (!dialog()) {
            return Promise.resolve();
        }
        signingIn ??= new Promise((done) => {
            finish = done;
            ask().then((state) => {
                if (!settle(state) && !dialog().open) {
                    dialog().showModal();
                }
            });
        });
        return signingIn;
    }

    async function send(form) {
        const fields = new FormData(form);
        const state = await ask();
        fields.set("csrfmiddlewaretoken", state?.csrf ?? "");
        let answer = null;
        try {
            answer = await (await plainFetch(dialog().dataset.url, { method: "POST", body: new URLSearchParams(fields) })).json();
        } catch {
            tell(dialog().dataset.failed);
            return;
        }
        if (settle(answer)) {
            tabs?.postMessage("back");
        } else if (answer.error) {
            tell(answer.error);
            form.querySelector("[data-elsewhere]").href = answer.elsewhere ?? form.action;
            form.elements.password.select();
        }
    }

    const isOurs = (form) => form.method === "post" && !form.target && !form.closest("#tel-desk-stack") && !/\/(logout|setlang)\/$/.test(form.action);
    const isForHtmx = (form) => ["hx-post", "hx-put", "hx-patch", "hx-delete"].some((name) => form.hasAttribute(name));

    // A form that is sent as a page asks first: the login page in its place would throw away what was typed.
    document.addEventListener("submit", async (event) => {
        const form = event.target;
        if (form.matches("[data-again]")) {
            event.preventDefault();
            event.stopImmediatePropagation();
            await send(form);
            return;
        }
        if (!dialog() || !isOurs(form) || isForHtmx(form) || form.dataset.asked === "done") {
            delete form.dataset.asked;
            return;
        }
        event.preventDefault();
        event.stopImmediatePropagation();
        if (form.dataset.asked) {
            return;
        }
        form.dataset.asked = "asking";
        event.submitter?.setAttribute("aria-busy", "true"); // once.js says the same of what is sent.
        const state = await ask();
        if (state && !isSame(state)) {
            await signIn();
        } else if (state) {
            freshen(state.csrf);
        }
        form.dataset.asked = "done";
        event.submitter?.removeAttribute("aria-busy");
        form.requestSubmit(event.submitter);
    }, { capture: true });

    document.addEventListener("htmx:responseError", async ({ detail }) => {
        const { elt, triggeringEvent } = detail.requestConfig;
        if (detail.xhr.status !== 401) {
            return;
        }
        await signIn();
        if (elt.matches("form")) {
            elt.requestSubmit(triggeringEvent?.submitter);
        } else if (triggeringEvent?.isTrusted) {
            elt.dispatchEvent(new Event(triggeringEvent.type, { bubbles: true }));
        }
    });
    window.fetch = async (...asked) => {
        const answer = await plainFetch(...asked);
        if (answer.status === 401) {
            signIn();
        }
        return answer;
    };
    document.addEventListener("tel-signed-out", signIn);
    // Signed in elsewhere: in another tab of ours, or on the login page in a new one.
    const look = async () => signingIn && document.visibilityState === "visible" && settle(await ask());
    tabs?.addEventListener("message", look);
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    document.addEventListener("cancel", ({ target }) => {
        if (target === dialog()) {
            signingIn = null; // Closed: the next thing that is refused asks again.
        }
    }, { capture: true });
})();
