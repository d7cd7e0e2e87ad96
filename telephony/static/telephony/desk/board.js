// The board: read anew on every hint (main.js hands them on), and now and then for the case that one was lost.

import { tick } from "./clock.js";

const LEAST_PAUSE = 700;
const ANSWER = 6000;
const LOOK_EVERY = 15000;

const board = document.getElementById("tel-board");
let clockIsAhead = 0;
let planned = null;
let readAt = 0;

function note() {
    clockIsAhead = Date.now() / 1000 - Number(board.firstElementChild.dataset.now);
    tick(board, Date.now() / 1000 - clockIsAhead);
}

async function read() {
    planned = null;
    readAt = Date.now();
    try {
        const response = await fetch(board.dataset.url, {
                headers: { "X-Requested-With": "XMLHttpRequest" }, signal: AbortSignal.timeout(ANSWER),
            });
        if (response.ok) {
            board.innerHTML = await response.text();
            note();
        }
    } catch {
        // The desk's own banner says that there is no connection.
    }
}

function plan() {
    planned ??= setTimeout(read, Math.max(0, readAt + LEAST_PAUSE - Date.now()));
}

document.addEventListener("tel-board", plan);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && plan());
setInterval(() => document.visibilityState === "visible" && Date.now() - readAt > LOOK_EVERY && plan(), 1000);
setInterval(() => tick(board, Date.now() / 1000 - clockIsAhead), 1000);
note();
