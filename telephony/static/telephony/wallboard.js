// The big screen: figures come anew on every hint and every few seconds. It runs for weeks with nobody near: it reloads
// itself when its files have changed, says when it has no connection, and goes on when there is one again.

import { tick } from "./desk/clock.js";
import { Hints } from "./desk/stream.js";

const LEAST_PAUSE = 1500;
const LOOK_EVERY = 15000;
const OLD = 45000;
const TRY_AGAIN = 60000; // After the session ended: somebody may have signed in again, in another tab.
const THEME = "adminTheme"; // The admin's own choice.

const main = document.getElementById("wallboard");
const lost = document.getElementById("lost");
const clock = document.getElementById("clock");
const language = document.documentElement.lang;
// In the zone in which the figures' day is counted, wherever the screen hangs.
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone };
const version = main.firstElementChild.dataset.version;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
let clockIsAhead = 0;
let planned = null;
let readAt = Date.now();
let triedAt = readAt;
let isSignedOut = false;

function note() {
    clockIsAhead = Date.now() / 1000 - Number(main.firstElementChild.dataset.now);
    readAt = Date.now();
    beat();
}

function beat() {
    tick(main, Date.now() / 1000 - clockIsAhead);
    clock.textContent = new Date(Date.now() - clockIsAhead * 1000).toLocaleTimeString(language, TIME);
    const isOld = isSignedOut || Date.now() - readAt > OLD;
    document.body.classList.toggle("is-old", isOld);
    lost.hidden = !isOld;
    if (isOld) {
        const since = new Date(readAt - clockIsAhead * 1000).toLocaleTimeString(language, TIME);
        const text = isSignedOut ? lost.dataset.signedOut : `${lost.dataset.offline} ${since}.`;
        if (lost.textContent !== text) {
            lost.textContent = text;
        }
    }
}

async function read() {
    planned = null;
    triedAt = Date.now();
    try {
        const response = await fetch(main.dataset.rows, { headers: { "X-Requested-With": "XMLHttpRequest" }, signal: AbortSignal.timeout(LOOK_EVERY) });
        if (response.status === 403) {
            isSignedOut = true;
            beat();
            return;
        }
        if (!response.ok) {
            return; // The server starts anew: asked again in a few seconds.
        }
        const wasSignedOut = isSignedOut;
        main.innerHTML = await response.text();
        isSignedOut = false;
        note();
        if (main.firstElementChild.dataset.version !== version || wasSignedOut) {
            window.location.reload();
        }
    } catch {
        // Said by beat() when it lasts.
    }
}

function plan() {
    planned ??= setTimeout(read, Math.max(0, triedAt + LEAST_PAUSE - Date.now()));
}

function paint() {
    let chosen = "auto";
    try {
        chosen = JSON.parse(localStorage.getItem(THEME)) ?? "auto";
    } catch {
        // Not kept, or by something else.
    }
    const isDark = chosen === "auto" ? dark.matches : chosen === "dark";
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

document.getElementById("theme").addEventListener("click", () => {
    const other = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem(THEME, JSON.stringify(other));
    paint();
});
document.getElementById("full-screen").addEventListener("click", () => document.documentElement.requestFullscreen());
document.getElementById("full-screen").hidden = !document.fullscreenEnabled;
dark.addEventListener("change", paint);
window.addEventListener("storage", paint);
window.addEventListener("online", plan);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && plan());

const hints = new Hints({ live: main.dataset.live, state: main.dataset.state }, (topic) => {
    if (topic !== "cards") {
        plan();
    }
    if (topic === "end") {
        setTimeout(() => isSignedOut || hints.begin(), LEAST_PAUSE * 2);
    }
});
hints.begin();
setInterval(() => Date.now() - triedAt > (isSignedOut ? TRY_AGAIN : LOOK_EVERY) && plan(), 1000);
setInterval(beat, 1000);
paint();
note();

// A screen that sleeps shows nothing. Where the browser allows it, it stays awake while the page is seen.
async function stayAwake() {
    if (document.visibilityState === "visible") {
        await navigator.wakeLock?.request("screen").catch(() => {});
    }
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
