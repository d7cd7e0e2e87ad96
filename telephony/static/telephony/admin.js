// Copy buttons: <button data-copy="#id-of-an-input" data-copied="what the button says then">.
"use strict";

document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) {
        return;
    }
    const source = document.querySelector(button.dataset.copy);
    source.select();
    try {
        await navigator.clipboard.writeText(source.value);
    } catch {
        // Without HTTPS browsers have no clipboard for scripts, but still this one.
        document.execCommand("copy");
    }
    const label = button.textContent;
    if (label !== button.dataset.copied) {
        button.textContent = button.dataset.copied;
        setTimeout(() => { button.textContent = label; }, 2000);
    }
});
