// Call buttons: <a href="tel:..." data-dial="number" data-dial-url="address">, made by telephony.ui.markup.call_button.
// A click orders the call; the button rests meanwhile; the result is told in words. Without this file it is a tel: link.
"use strict";

(() => {
    if (window.telephonyDial) {
        return; // Loaded twice, one click would be two orders.
    }
    window.telephonyDial = true;

    // Milliseconds: the server takes the order at once and waits 9 s for the PBX; whatever happens, there are words
    // after 11.
    const ANSWER_WAIT = 9900;
    const LOOK_UP_WAIT = 1000;
    const LOOK_UP_PAUSES = [100, 150, 250, 400, 500];
    const LIST_WAIT = 4000;
    const GOOD_STAYS = 8000;
    const LONG_PRESS = 500;
    const MOST_RESULTS = 3;
    const NO_PHONE = ["no_phone", "cant_dial"];

    // The server sends them in the reader's language; these are for a page that never reached it.
    const setUp = {
        csrf: "",
        phones: [],
        words: {
            calling: "The PBX is being told to call.",
            no_answer: "The PBX didn't answer, but your phone may still ring: look at it before you try again.",
            not_known: "The server doesn't answer, but your phone may still ring: look at it before you try again.",
            reload: "This page is out of date, so nobody was called. Reload it, then try again.",
            choose: "Choose the phone to call from",
            close: "Close",
            this_device: "Call with this device",
            results: "Calls",
        },
    };
    let settingUp = null;
    document.addEventListener("tel-signed-in", ({ detail }) => { setUp.csrf = detail.csrf; });

    const choicesUrl = (button, number) => `${button.dataset.dialUrl}choices/?phone=${encodeURIComponent(number)}`;

    async function fetchJson(url, wait, options = {}) {
        const ending = new AbortController();
        const timer = setTimeout(() => ending.abort(), wait);
        try {
            const response = await fetch(url, {
                credentials: "same-origin", cache: "no-store", signal: ending.signal, ...options,
                headers: { Accept: "application/json", ...options.headers },
            });
            const isJson = (response.headers.get("Content-Type") || "").includes("json");
            if (!isJson && response.status >= 400 && response.status < 500) {
                return { text: setUp.words.reload, tone: "bad" };
            }
            return await response.json();
        } finally {
            clearTimeout(timer);
        }
    }

    // What the page needs once: words, the user's phones, the token against forged requests.
    function prepare(button) {
        settingUp ??= fetchJson(choicesUrl(button, ""), LIST_WAIT).then((found) => {
            Object.assign(setUp.words, found.words);
            setUp.csrf = found.csrf || "";
            setUp.phones = found.phones || [];
            decorate(document);
        }).catch(() => { settingUp = null; });
        return settingUp;
    }

    // Whoever has several phones gets a small button beside each, to choose one.
    function decorate(root) {
        if (setUp.phones.length < 2) {
            return;
        }
        for (const button of root.querySelectorAll("[data-dial]:not([data-dial-ready])")) {
            button.dataset.dialReady = "";
            const more = element("button", "tel-dial-more", "▾");
            more.type = "button";
            more.title = setUp.words.choose;
            more.setAttribute("aria-label", setUp.words.choose);
            more.setAttribute("aria-haspopup", "menu");
            button.after(more);
        }
    }

    function element(name, className, text = "") {
        const made = document.createElement(name);
        made.className = className;
        made.textContent = text;
        return made;
    }

    // randomUUID exists with HTTPS only.
    function newKey() {
        return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    function csrfToken() {
        const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
        return setUp.csrf || document.querySelector("[name=csrfmiddlewaretoken]")?.value || (cookie ? cookie[1] : "");
    }

    async function order(button, extension = null) {
        if (button.getAttribute("aria-disabled") === "true") {
            return;
        }
        button.setAttribute("aria-disabled", "true");
        button.classList.add("tel-dial-busy");
        const result = openResult(button);
        try {
            if (!csrfToken()) {
                await prepare(button);
            }
            fill(result, await ask(button, extension), button);
        } finally {
            button.removeAttribute("aria-disabled");
            button.classList.remove("tel-dial-busy");
        }
    }

    function post(button, wait, what) {
        return fetchJson(button.dataset.dialUrl, wait, {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
            body: JSON.stringify({ phone: button.dataset.dial, ...what }),
        });
    }

    // Ordered once. If no answer comes, the order is withdrawn, should it not have arrived; that tells what became of it.
    async function ask(button, extension) {
        const key = newKey();
        const until = Date.now() + ANSWER_WAIT;
        let found = null;
        try {
            found = await post(button, ANSWER_WAIT, { key, extension });
        } catch {
            return lookUp(null, () => post(button, LOOK_UP_WAIT, { key, withdraw: true }), until);
        }
        return lookUp(found, () => fetchJson(`${button.dataset.dialUrl}${found.id}/`, LOOK_UP_WAIT), until);
    }

    // Until the PBX was told, or there is no more time. `found`: what is known so far, if anything is.
    async function lookUp(found, askAgain, until) {
        for (let times = 0; !found || found.state === "ordered"; times += 1) {
            const pause = LOOK_UP_PAUSES[Math.min(times, LOOK_UP_PAUSES.length - 1)];
            if (times && Date.now() + pause >= until) {
                return { text: found ? setUp.words.no_answer : setUp.words.not_known, tone: "warn" };
            }
            if (times || found) {
                await new Promise((resolve) => setTimeout(resolve, pause));
            }
            try {
                found = await askAgain();
            } catch {
                found = null; // Asked again while there is time.
            }
        }
        return found;
    }

    function region() {
        let found = document.querySelector(".tel-dial-results");
        if (!found) {
            found = element("div", "tel-dial-results");
            found.setAttribute("role", "status");
            found.setAttribute("aria-live", "polite");
            found.setAttribute("aria-label", setUp.words.results);
            document.body.append(found);
        }
        return found;
    }

    function openResult(button) {
        const result = element("div", "tel-dial-result");
        result.append(element("strong", "", button.dataset.dial), element("p", "", setUp.words.calling));
        const all = region();
        all.append(result);
        while (all.children.length > MOST_RESULTS) {
            all.firstElementChild.remove();
        }
        return result;
    }

    function fill(result, answer, button) {
        const tone = answer.tone || "plain";
        result.classList.add(`tel-dial-${tone}`);
        result.dataset.state = answer.state || "";
        result.querySelector("p").textContent = answer.text || setUp.words.not_known;
        const links = element("div", "tel-dial-links");
        if (answer.link) {
            links.append(linkTo(answer.link.url, answer.link.text));
        }
        if (answer.state === "failed" || NO_PHONE.includes(answer.code)) {
            links.append(linkTo(button.href, setUp.words.this_device));
        }
        const close = element("button", "tel-dial-close", "×");
        close.type = "button";
        close.setAttribute("aria-label", setUp.words.close);
        close.addEventListener("click", () => result.remove());
        result.append(links, close);
        if (tone === "good") {
            setTimeout(() => result.remove(), GOOD_STAYS);
        }
    }

    function linkTo(url, text) {
        const link = element("a", "tel-link", text);
        link.href = url;
        return link;
    }

    function closeMenu() {
        document.querySelector(".tel-dial-menu")?.remove();
    }

    async function openMenu(button) {
        closeMenu();
        let phones = setUp.phones;
        try {
            // In the order that fits this number: the phone last used with it comes first.
            phones = (await fetchJson(choicesUrl(button, button.dataset.dial), LIST_WAIT)).phones || phones;
        } catch {
            // The page's own list will do.
        }
        if (!phones.length) {
            order(button);
            return;
        }
        const menu = element("div", "tel-dial-menu");
        menu.setAttribute("role", "menu");
        menu.setAttribute("aria-label", setUp.words.choose);
        for (const phone of phones) {
            const item = element("button", "", phone.name);
            item.type = "button";
            item.setAttribute("role", "menuitem");
            item.append(element("small", "", phone.connection));
            item.addEventListener("click", () => {
                closeMenu();
                button.focus();
                order(button, phone.id);
            });
            menu.append(item);
        }
        menu.addEventListener("keydown", (event) => moveInMenu(event, menu, button));
        document.body.append(menu);
        place(menu, button);
        menu.firstElementChild.focus();
    }

    function place(menu, button) {
        const at = button.getBoundingClientRect();
        const below = at.bottom + menu.offsetHeight + 8 < window.innerHeight;
        menu.style.top = `${Math.max(4, below ? at.bottom + 4 : at.top - menu.offsetHeight - 4)}px`;
        menu.style.left = `${Math.max(4, Math.min(at.left, window.innerWidth - menu.offsetWidth - 8))}px`;
    }

    function moveInMenu(event, menu, button) {
        const items = [...menu.children];
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) {
            event.preventDefault();
            items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
        } else if (event.key === "Escape" || event.key === "Tab") {
            closeMenu();
            button.focus();
        }
    }

    const buttonOf = (event) => event.target instanceof Element ? event.target.closest("[data-dial]") : null;
    let pressed = null;
    let wasLong = false;

    document.addEventListener("click", (event) => {
        const more = event.target instanceof Element ? event.target.closest(".tel-dial-more") : null;
        const button = more ? more.previousElementSibling : buttonOf(event);
        if (!event.target.closest?.(".tel-dial-menu")) {
            closeMenu();
        }
        if (!button || event.ctrlKey || event.metaKey || event.shiftKey) {
            return;
        }
        event.preventDefault();
        if (more) {
            openMenu(button);
        } else if (!wasLong) {
            order(button);
        }
        wasLong = false;
    });
    document.addEventListener("keydown", (event) => {
        const button = buttonOf(event);
        if (button && event.key === "ArrowDown") {
            event.preventDefault();
            openMenu(button);
        }
    });
    document.addEventListener("pointerdown", (event) => {
        const button = buttonOf(event);
        wasLong = false;
        if (button && event.pointerType !== "mouse") {
            pressed = setTimeout(() => { wasLong = true; openMenu(button); }, LONG_PRESS);
        }
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave", "scroll"]) {
        document.addEventListener(name, () => clearTimeout(pressed), true);
    }
    document.addEventListener("contextmenu", (event) => {
        if (buttonOf(event) && wasLong) {
            event.preventDefault();
        }
    });
    for (const name of ["pointerover", "focusin"]) {
        document.addEventListener(name, async (event) => {
            const button = buttonOf(event);
            if (button) {
                await prepare(button);
                decorate(button.parentElement || document);
            }
        });
    }
    const prepareFirst = () => {
        const first = document.querySelector("[data-dial]");
        if (first) {
            prepare(first);
        }
    };
    document.addEventListener("DOMContentLoaded", prepareFirst);
    // Rows that htmx brings later: filtered ones, and the next ones of a list.
    document.addEventListener("htmx:afterSettle", () => (settingUp ? decorate(document) : prepareFirst()));
})();
