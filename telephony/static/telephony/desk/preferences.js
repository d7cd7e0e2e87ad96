// The settings page: a ring to listen to, and the browser's leave to show notifications.

import { Sound } from "./sound.js";

const form = document.getElementById("tel-preferences");
const permission = form.querySelector("[data-permission]");
const ask = form.querySelector("[data-ask-permission]");
const wanted = form.elements.notifications;
const sound = new Sound(() => {});

function tell() {
    const state = "Notification" in window && window.isSecureContext ? Notification.permission : "insecure";
    const words = { granted: "allowed", denied: "blocked", insecure: "insecure", default: "ask" }[state];
    permission.textContent = wanted.checked ? form.dataset[words] : "";
    ask.hidden = !wanted.checked || words !== "ask";
}

form.querySelector("[data-test-sound]").addEventListener("click", () => sound.test(Number(form.elements.volume.value)));
wanted.addEventListener("change", tell);
ask.querySelector("button").addEventListener("click", async () => {
    await Notification.requestPermission();
    tell();
});
tell();
