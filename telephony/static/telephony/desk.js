// Starts the desk: cards of calls on every page. The address that this file is loaded by names where the desk is
// (telephony/ui/shell.py, desk_script); without it nobody is logged in, and nothing happens.
"use strict";

(() => {
    const desk = new URL(document.currentScript.src).searchParams.get("desk");
    const isPopup = new URLSearchParams(window.location.search).has("_popup");
    if (!desk || isPopup || window.telephonyDesk) {
        return;
    }
    window.telephonyDesk = true;
    const ready = new Promise((done) => {
        if (document.readyState === "loading") {
            document.addEventListener("DOMContentLoaded", done);
        } else {
            done();
        }
    });
    Promise.all([import("./desk/main.js"), ready]).then(([main]) => main.start(desk));
})();
