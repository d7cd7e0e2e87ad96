// The theme's pages with Alpine's build for a Content-Security-Policy without 'unsafe-eval' (unfold/js/alpine/alpine.js
// beside this file stands in for the theme's own): that build reads no statements, no arrows and nothing global in
// attributes. What the theme has of these is said in functions here. Loaded before the theme's own script.

(() => {
    const SIDEBAR = "sidebarDesktopOpen";
    // An icon is the letters of its name: a screen reader is told its title, or nothing.
    const silence = (root) => root.querySelectorAll?.(".material-symbols-outlined:not([aria-hidden], [role])").forEach((icon) => {
        if (icon.title) {
            icon.setAttribute("role", "img");
            icon.setAttribute("aria-label", icon.title);
        } else {
            icon.setAttribute("aria-hidden", "true");
        }
    });
    // What the theme leaves without a name: the button of a list's search, and the field inside a list to choose from.
    const NAMELESS = "#searchbar-submit, .select2-search__field";
    const nameOf = (element) => {
        const chosenFrom = element.closest(".select2-container")?.previousElementSibling?.id;
        const label = chosenFrom && document.querySelector(`label[for="${CSS.escape(chosenFrom)}"]`);
        return label?.textContent.trim() || element.closest("form")?.querySelector("[placeholder]")?.placeholder || document.title.trim();
    };
    // A list to choose from is called by what is chosen, and by nothing while that is nothing: the field's label comes first.
    const nameChooser = (box) => {
        const label = document.querySelector(`label[for="${CSS.escape(box.closest(".select2-container").previousElementSibling?.id ?? "")}"]`);
        if (label) {
            label.id ||= `label-of-${label.htmlFor}`;
            box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby") ?? ""}`.trim());
        }
        // It is the box that is a field, not what stands in it.
        ["role", "aria-readonly"].forEach((attribute) => box.querySelector("[role=textbox], [aria-readonly]")?.removeAttribute(attribute));
        box.dataset.named = "";
    };
    const name = () => {
        document.querySelectorAll(`:is(${NAMELESS}):not([aria-label])`).forEach((element) => {
            element.setAttribute("aria-label", nameOf(element));
        });
        document.querySelectorAll(".select2-selection[role=combobox]:not([data-named])").forEach(nameChooser);
        // What was chosen, and a cross between: no list as HTML knows it.
        document.querySelectorAll("ul.select2-selection__rendered:not([role])").forEach((list) => list.setAttribute("role", "group"));
        document.querySelectorAll("ul.select2-selection__rendered > li:not([role])").forEach((one) => one.setAttribute("role", "none"));
    };
    new MutationObserver(() => name()).observe(document, { childList: true, subtree: true });
    // The theme begins each word of a column's name with a capital; no language of ours does.
    // And it takes the first cell for the box that chooses a row, also where rows have none.
    const label = () => {
        const first = document.querySelector("#result_list thead th")?.textContent.trim();
        document.querySelectorAll("#result_list tr > td[data-label]:first-child:not(:has([type=checkbox]))").forEach((cell) => {
            cell.dataset.label = first;
        });
        document.querySelectorAll("#result_list [data-label]").forEach((cell) => {
            cell.dataset.label = cell.dataset.label.charAt(0).toUpperCase() + cell.dataset.label.slice(1);
        });
    };
    document.addEventListener("DOMContentLoaded", () => {
        silence(document);
        label();
    });
    document.addEventListener("htmx:load", ({ target }) => silence(target));
    // The page is hidden until now (x-cloak), and what is hidden takes no focus by itself.
    document.addEventListener("alpine:initialized", () => requestAnimationFrame(() => {
        // The page's own entry is in sight, also in a fold at the menu's end.
        document.querySelector("#nav-sidebar-apps [aria-current=page]")?.scrollIntoView({ block: "nearest" });
        if (document.activeElement === document.body) {
            document.querySelector("[autofocus]")?.focus();
        }
    }));
    // What scrolls is a region with a name, which the theme's script gives in English.
    document.querySelectorAll("[data-simplebar]").forEach((region) => {
        region.setAttribute("data-simplebar-aria-label", document.body.dataset.scrolls);
    });
    const GLOBAL = ["theme", "searchForm", "searchDropdown"];

    document.addEventListener("alpine:init", () => {
        const { Alpine } = window;
        GLOBAL.forEach((name) => Alpine.data(name, window[name]));
        Alpine.data("searchCommand", () => ({ ...window.searchCommand(), chooseItem }));
        const tab = /activeTab: '([^']*)'/.exec(document.body.getAttribute("x-data") ?? "")?.[1] ?? "";
        Alpine.data("wholePage", () => wholePage(tab));
        document.body.setAttribute("x-data", "wholePage");
        document.body.removeAttribute("x-init");
        for (const element of document.body.querySelectorAll("*")) {
            [...element.attributes].forEach((attribute) => rewrite(element, attribute));
        }
    });

    function rewrite(element, { name, value }) {
        if (!name.startsWith("x-")) {
            return;
        }
        if (value.includes("localStorage.setItem('sidebarDesktopOpen'")) {
            element.setAttribute(name, "toggleSidebar()");
        } else if (value.includes("window.location.pathname")) {
            element.setAttribute(name, "formAddress()");
        } else if (value.trim().startsWith("if (!$event.metaKey")) {
            element.setAttribute(name, `chooseItem($event, ${value.includes("selectItem(true")})`);
        }
    }

    function wholePage(tab) {
        const wide = localStorage.getItem(SIDEBAR);
        return {
            activeTab: (tab && window.getCurrentTab()) || tab,
            sidebarMobileOpen: false,
            sidebarDesktopOpen: wide === null || wide === "1",
            toggleSidebar() {
                this.sidebarDesktopOpen = !this.sidebarDesktopOpen;
                localStorage.setItem(SIDEBAR, this.sidebarDesktopOpen ? "1" : "0");
            },
            formAddress() {
                const address = window.location.pathname + window.location.search;
                return this.activeTab && this.activeTab !== "general" ? `${address}#${this.activeTab}` : address;
            },
        };
    }

    function chooseItem(event, isHistory) {
        if (!event.metaKey && !event.ctrlKey) {
            this.selectItem(isHistory, false);
        }
    }
})();
