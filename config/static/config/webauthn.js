// Says in the page what the browser refused: a passkey that was cancelled, or a site without HTTPS.
"use strict";

document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    for (const notice of document.querySelectorAll(".people-webauthn-failed")) {
        notice.hidden = false;
    }
});

// Pressed sooner, a button would send an empty form: allauth's scripts, which answer it, come last in the page.
document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-webauthn]")) {
        button.disabled = false;
    }
});
