// What a browser keeps is gone when its user is: no pages in htmx's history, an empty storage at the log-in page,
// and no page from memory after signing out. Loaded after htmx, on every page, before anything else is shown.

(() => {
    // Settings that tell nothing of calls or clients. Whatever is not listed is removed.
    const KEPT = ["adminTheme", "sidebarDesktopOpen", "telephony.speed"];
    const LEAVING = "telephony-leaving";
    const ANSWER_MS = 30000; // A dead line is told in words after that (desk/actions.js), and the form may be sent again.
    const HTMX_HISTORY = "htmx-history-cache";
    const isGoodbye = window.location.pathname.endsWith("/logout/"); // Prepared while its user was still there.
    const isSignedIn = new URL(document.currentScript.src).searchParams.has("signed-in") && !isGoodbye;
    const tabs = "BroadcastChannel" in window ? new BroadcastChannel("telephony-session") : null;

    if (window.htmx) {
        // "Back" reads the page anew: who is signed out then gets the log-in page.
        // Without a pause between a form's coming and its taking the focus: what is typed meanwhile would go elsewhere.
        window.htmx.config.defaultSettleDelay = 0;
        Object.assign(window.htmx.config, { timeout: ANSWER_MS, historyCacheSize: 0, refreshOnHistoryMiss: true, allowEval: false });
    }
    try {
        [localStorage, sessionStorage].forEach((storage) => storage.removeItem(HTMX_HISTORY));
        if (!isSignedIn) {
            leave();
        }
    } catch {
        // A browser that keeps nothing has nothing to be cleared.
    }

    if (isSignedIn) {
        tabs?.addEventListener("message", () => window.location.reload());
        window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload());
        document.addEventListener("submit", ({ target }) => {
            if (new URL(target.action, window.location).pathname.endsWith("/logout/")) {
                sessionStorage.setItem(LEAVING, "1");
            }
        });
    }

    function leave() {
        const hasLeft = sessionStorage.getItem(LEAVING);
        sessionStorage.clear();
        Object.keys(localStorage).filter((key) => !KEPT.includes(key)).forEach((key) => localStorage.removeItem(key));
        if (hasLeft) {
            tabs?.postMessage("left"); // Not when a session ran out by itself: somebody may be writing elsewhere.
        }
    }
})();
