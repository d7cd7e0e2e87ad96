// The desk's pages, and its forms in a call's card on any page: numbers, tabs, keys. What a page shows comes from the
// server, through htmx.
"use strict";

(() => {
    const SEEN_MS = 1500; // So long “saved” stays before the form is empty again.

    function press(tab) {
        tab.parentElement.querySelectorAll("[data-tab]").forEach((other) => {
            other.setAttribute("aria-pressed", String(other === tab));
        });
    }

    function addNumber(button) {
        const numbers = button.closest("[data-numbers]");
        const row = numbers.querySelector("template").content.firstElementChild.cloneNode(true);
        numbers.insertBefore(row, numbers.querySelector("template"));
        htmx.process(row);
        row.querySelector("input").focus();
    }

    function removeNumber(button) {
        const row = button.closest("[data-number]");
        if (row.parentElement.querySelectorAll("[data-number]").length > 1) {
            row.remove();
        } else {
            row.querySelector("input").value = "";
        }
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) {
            return;
        }
        if (button.matches("[data-tab]")) {
            press(button);
        } else if (button.matches("[data-add-number]")) {
            addNumber(button);
        } else if (button.matches("[data-remove-number]")) {
            removeNumber(button);
        } else if (button.matches("[data-moment]")) {
            button.form.elements.due_at.value = button.dataset.moment;
        }
    });

    document.addEventListener("keydown", (event) => {
        const field = event.target.closest("input, textarea, select");
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field?.form) {
            field.form.querySelector("[data-submits]")?.click();
        } else if (event.key === "Escape") {
            event.target.closest("form")?.querySelector("[data-cancel]")?.click();
        } else if (!field && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]")) {
            const button = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
            if (button) {
                event.preventDefault();
                button.click();
            }
        }
    });

    // A form that was asked for wants to be filled in.
    document.addEventListener("htmx:afterSettle", (event) => {
        const asked = event.detail.requestConfig?.triggeringEvent?.type === "click";
        const first = asked && event.target.querySelector?.("form [autofocus], form textarea, form input:not([type=hidden])");
        if (first) {
            first.focus();
        }
    });

    document.addEventListener("crm-saved", (event) => {
        const place = event.target.closest?.("[data-resets], [data-empties]");
        if (!place) {
            return;
        }
        setTimeout(() => {
            if (place.matches("[data-empties]") || !place.hasAttribute("hx-get")) {
                place.replaceChildren();
                return;
            }
            const first = place.parentElement.querySelector("[data-tab]");
            if (first) {
                press(first);
            }
            htmx.trigger(place, "crm-again");
        }, SEEN_MS);
    });

    // An export has the contacts that the list shows now, not those of when the page was loaded.
    document.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-follows-filters]");
        if (link) {
            link.search = window.location.search;
        }
    });
    document.addEventListener("submit", (event) => {
        if (event.target.matches("form[data-follows-filters]")) {
            event.target.elements.query.value = window.location.search.replace(/^\?/, "");
        }
    });
})();
