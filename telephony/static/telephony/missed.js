// Missed calls: keeps the number in the menu right on every page, and the list where it is open.
(() => {
    "use strict";

    const LOOK_EVERY = 15000;
    const LEAST_PAUSE = 2000;
    const ANSWER = 6000;
    const TAKE_BACK = 10000;
    const HREF = /\/missed\/$/;
    let readAt = 0;
    let planned = null;
    let shown = "";
    let decidedAt = 0;

    const link = () => [...document.querySelectorAll("nav a[href], #nav-sidebar a[href]")].find((one) => HREF.test(one.pathname));

    function paint(count) {
        const entry = link();
        if (!entry) return;
        let badge = entry.querySelector("[data-missed-badge]") || entry.querySelector(":scope > span:nth-of-type(3)");
        if (!badge && count) {
            badge = document.createElement("span");
            badge.className = "tel-missed-badge";
            entry.append(badge);
        }
        if (badge) {
            badge.dataset.missedBadge = "1";
            badge.textContent = count;
            badge.hidden = !count;
        }
    }

    // Whoever chooses something in the list is not disturbed, nor who may want to take back what was decided just now.
    function isBusy(list) {
        return Date.now() - decidedAt < TAKE_BACK || list.querySelector("details[open], .htmx-request, [role=alert]") || (list.contains(document.activeElement) && document.activeElement.matches("input, select"));
    }

    async function read() {
        planned = null;
        const entry = link();
        if (!entry || document.visibilityState !== "visible") return;
        readAt = Date.now();
        const headers = { "X-Requested-With": "XMLHttpRequest" };
        const ask = (url) => fetch(url, { headers, signal: AbortSignal.timeout(ANSWER) });
        try {
            const response = await ask(`${entry.pathname}badge/`);
            if (response.ok) paint((await response.json()).count);
            const list = document.getElementById("tel-missed");
            if (!list || isBusy(list)) return;
            const rows = await ask(list.dataset.missedUrl);
            const html = rows.ok ? await rows.text() : shown;
            if (html !== shown && !isBusy(list)) {
                shown = html;
                list.innerHTML = html;
                window.htmx?.process(list);
            }
        } catch {
            // The desk's own banner says that there is no connection.
        }
    }

    function plan() {
        planned ??= setTimeout(read, Math.max(0, readAt + LEAST_PAUSE - Date.now()));
    }

    document.addEventListener("htmx:beforeSwap", (event) => {
        if (event.target.closest("#tel-missed")) decidedAt = Date.now();
    });
    document.addEventListener("tel-cards", plan);
    document.addEventListener("tel-board", plan);
    document.addEventListener("tel-missed", plan);
    document.addEventListener("visibilitychange", plan);
    setInterval(() => Date.now() - readAt > LOOK_EVERY && plan(), 1000);
    document.addEventListener("click", (event) => {
        document.querySelectorAll(".tel-missed-menu[open]").forEach((menu) => {
            if (!menu.contains(event.target)) menu.open = false;
        });
    });
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        document.querySelectorAll(".tel-missed-menu[open]").forEach((menu) => {
            menu.open = false;
            menu.querySelector("summary").focus();
        });
    });
})();
