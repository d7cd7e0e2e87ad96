// A page with data-reload="3" looks every three seconds whether it is done, unless nobody looks at it.
"use strict";

const waiting = document.querySelector("[data-reload]");
if (waiting) {
    setInterval(() => {
        if (!document.hidden) {
            location.reload();
        }
    }, 1000 * Number(waiting.dataset.reload));
}
