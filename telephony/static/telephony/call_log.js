// The call log: exports and "save filter" follow the filters as they are now, not as the page was loaded.
(() => {
    "use strict";

    function follow() {
        const query = window.location.search.replace(/^\?/, "");
        document.querySelectorAll("[data-filters]").forEach((input) => { input.value = query; });
        document.querySelectorAll("[data-export]").forEach((link) => { link.href = `${link.dataset.export}?${query}`; });
    }

    // A recording's button plays it at once, and pauses what it plays.
    const playerOf = (button) => document.querySelector(`${button.dataset.plays} [data-play]`);
    document.addEventListener("htmx:beforeRequest", (event) => {
        const button = event.target.closest("[data-plays]");
        const player = button && playerOf(button);
        if (player) {
            event.preventDefault();
            player.click();
        }
    });
    document.addEventListener("htmx:afterRequest", (event) => {
        const button = event.target.closest("[data-plays]");
        if (button && event.detail.successful) playerOf(button)?.click();
    });

    document.addEventListener("htmx:pushedIntoHistory", follow);
    document.addEventListener("htmx:configRequest", (event) => {
        // An empty filter is none: it need not stand in the address.
        if (event.target.id !== "call-filters") return;
        for (const [name, value] of [...event.detail.formData.entries()]) {
            if (value === "") event.detail.formData.delete(name);
        }
    });
    // A click beside an open menu closes it.
    document.addEventListener("click", (event) => {
        document.querySelectorAll(".tel-menu[open]").forEach((menu) => {
            if (!menu.contains(event.target)) menu.open = false;
        });
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape") document.querySelectorAll(".tel-menu[open]").forEach((menu) => { menu.open = false; });
    });
})();
