// The quick search: “/” opens it on every page, arrows choose, Enter goes there. On the login page there is none.
"use strict";

(() => {
    const finder = () => document.querySelector("[data-finder]");
    const isTyping = (element) => element.closest("input, textarea, select, [contenteditable=true], dialog[open]") !== null;

    function open() {
        const dialog = finder();
        if (dialog && !dialog.open) {
            dialog.showModal();
            dialog.querySelector("input").select();
        }
    }

    function choose(step) {
        const results = [...finder().querySelectorAll("[data-result]")];
        if (!results.length) {
            return;
        }
        const now = results.findIndex((result) => result.classList.contains("crm-chosen"));
        const next = now < 0 && step < 0 ? results.length - 1 : (now + step + results.length) % results.length;
        results.forEach((result, at) => result.classList.toggle("crm-chosen", at === next));
        results[next].scrollIntoView({ block: "nearest" });
    }

    function go() {
        const chosen = finder().querySelector(".crm-chosen a") ?? finder().querySelector("[data-result] a");
        if (chosen) {
            chosen.click();
        }
    }

    document.addEventListener("keydown", (event) => {
        if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
            if (finder()) {
                event.preventDefault();
                open();
            }
            return;
        }
        if (!event.target.closest("[data-finder] input") || event.isComposing) {
            return;
        }
        const actions = { ArrowDown: () => choose(1), ArrowUp: () => choose(-1), Enter: go };
        if (actions[event.key]) {
            event.preventDefault();
            actions[event.key]();
        }
    });

    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-find]")) {
            open();
        } else if (event.target.matches("[data-finder]") || event.target.closest("[data-finder] [data-close]")) {
            finder().close();
        }
    });
})();
