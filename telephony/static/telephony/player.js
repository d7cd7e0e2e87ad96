// Players of recordings (telephony/player.html). Everything is delegated, so players may come and go (htmx).
"use strict";

(() => {
    const STEP_SECONDS = 5;
    const LOOK_AGAIN_MS = 3000;
    const ANSWER_MS = 20000;
    const SPEED = "telephony.speed";
    const SPEEDS = ["1", "1.25", "1.5", "1.75", "2"];
    const others = "BroadcastChannel" in window ? new BroadcastChannel("telephony.player") : null;

    const playerOf = (element) => element instanceof Element ? element.closest("[data-player]") : null;
    const audioOf = (player) => player.querySelector("audio");
    const lengthOf = (player) => Number(player.dataset.seconds) || audioOf(player).duration || 0;
    const words = (seconds) => {
        const whole = Math.max(0, Math.floor(seconds));
        const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
        const two = (number) => String(number).padStart(2, "0");
        return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
    };

    const remembered = () => {
        try {
            const speed = localStorage.getItem(SPEED);
            return SPEEDS.includes(speed) ? speed : "1";
        } catch {
            return "1";
        }
    };

    // One press of play is one row of the journal: the word for it goes along with every piece that is asked for.
    const newPlay = () => {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    };

    const begin = (player, at) => {
        const audio = audioOf(player);
        audio.src = `${player.dataset.src}?play=${newPlay()}`;
        audio.defaultPlaybackRate = audio.playbackRate = Number(remembered());
        if (at > 0) {
            audio.addEventListener("loadedmetadata", () => { audio.currentTime = at; }, { once: true });
        }
    };

    const play = (player) => {
        const audio = audioOf(player);
        say(player, "");
        if (!audio.src || audio.ended || audio.error) {
            begin(player, Number(player.querySelector("[data-seek]").value));
        }
        player.dataset.state = "waiting";
        audio.play().catch((error) => {
            if (error.name === "NotAllowedError") {
                player.dataset.state = "";
                label(player);
            }
        });
    };

    const toggle = (player) => {
        const audio = audioOf(player);
        if (player.dataset.state === "playing" || player.dataset.state === "waiting") {
            audio.pause();
            player.dataset.state = "";
            label(player);
        } else {
            play(player);
        }
    };

    const seek = (player, seconds) => {
        const audio = audioOf(player);
        const at = Math.min(Math.max(0, seconds), lengthOf(player));
        if (audio.readyState > 0) {
            audio.currentTime = at;
        } else if (audio.src && !audio.error) {
            audio.addEventListener("loadedmetadata", () => { audio.currentTime = at; }, { once: true });
        }
        show(player, at);
    };

    const show = (player, at) => {
        const length = lengthOf(player);
        const input = player.querySelector("[data-seek]");
        input.max = length;
        input.value = at;
        input.setAttribute("aria-valuetext", `${words(at)} ${input.dataset.of} ${words(length)}`);
        player.querySelector("[data-time]").textContent = words(at);
        const share = length ? Math.min(100, 100 * at / length) : 0;
        player.querySelector(".tel-player-wave").style.setProperty("--played", `${share}%`);
    };

    const label = (player) => {
        const button = player.querySelector("[data-play]");
        const active = player.dataset.state === "playing" || player.dataset.state === "waiting";
        button.setAttribute("aria-label", active ? button.dataset.labelPause : button.dataset.labelPlay);
    };

    const say = (player, text) => { player.querySelector("[data-trouble]").textContent = text; };

    // The browser does not tell why it could not play; the server does, in words.
    const explain = async (player) => {
        const trouble = player.querySelector("[data-trouble]");
        try {
            const answer = await fetch(audioOf(player).src, { headers: { Range: "bytes=0-0" }, signal: AbortSignal.timeout(ANSWER_MS) });
            say(player, answer.ok ? trouble.dataset.unplayable : await answer.text());
        } catch {
            say(player, trouble.dataset.offline);
        }
    };

    const pauseAllBut = (kept) => {
        for (const audio of document.querySelectorAll("[data-player] audio")) {
            if (audio !== kept) {
                audio.pause();
            }
        }
    };
    if (others) {
        others.onmessage = () => pauseAllBut(null);
    }

    const heard = {
        playing(player, audio) {
            player.dataset.state = "playing";
            label(player);
            pauseAllBut(audio);
            if (others) {
                others.postMessage("playing");
            }
        },
        waiting(player, audio) {
            if (!audio.paused) {
                player.dataset.state = "waiting";
            }
        },
        pause(player) {
            player.dataset.state = "";
            label(player);
        },
        ended(player) {
            player.dataset.state = "";
            label(player);
            show(player, 0);
        },
        timeupdate(player, audio) {
            if (!audio.ended && audio.readyState > 0) {
                show(player, audio.currentTime);
            }
        },
        loadedmetadata(player, audio) {
            if (!player.dataset.seconds) {
                player.querySelector("[data-length]").textContent = words(audio.duration);
            }
        },
        error(player) {
            player.dataset.state = "";
            label(player);
            explain(player);
        },
    };
    for (const [name, handle] of Object.entries(heard)) {
        // Events of sound do not bubble.
        document.addEventListener(name, (event) => {
            const player = event.target instanceof HTMLAudioElement ? playerOf(event.target) : null;
            if (player) {
                handle(player, event.target);
            }
        }, true);
    }

    document.addEventListener("click", (event) => {
        const button = event.target instanceof Element ? event.target.closest("[data-play]") : null;
        if (button) {
            toggle(playerOf(button));
        }
    });

    document.addEventListener("input", (event) => {
        if (event.target.matches("[data-player] [data-seek]")) {
            seek(playerOf(event.target), Number(event.target.value));
        }
    });

    document.addEventListener("change", (event) => {
        if (!event.target.matches("[data-player] [data-speed]")) {
            return;
        }
        try {
            localStorage.setItem(SPEED, event.target.value);
        } catch {
            // Then it lasts as long as the page.
        }
        for (const player of document.querySelectorAll("[data-player][data-src]")) {
            player.querySelector("[data-speed]").value = event.target.value;
            audioOf(player).playbackRate = audioOf(player).defaultPlaybackRate = Number(event.target.value);
        }
    });

    document.addEventListener("keydown", (event) => {
        const player = playerOf(event.target);
        if (!player || !player.dataset.src || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        const onSeek = event.target.matches("[data-seek]");
        const at = Number(player.querySelector("[data-seek]").value);
        if (event.key === " " && onSeek) {
            toggle(player);
        } else if (event.key === "ArrowLeft" && !event.target.matches("select")) {
            seek(player, at - STEP_SECONDS);
        } else if (event.key === "ArrowRight" && !event.target.matches("select")) {
            seek(player, at + STEP_SECONDS);
        } else if (event.key === "Home" && onSeek) {
            seek(player, 0);
        } else {
            return;
        }
        event.preventDefault();
    });

    const replace = (player, html) => {
        const box = document.createElement("template");
        box.innerHTML = html;
        const fresh = box.content.querySelector("[data-player]");
        if (fresh) {
            player.replaceWith(fresh);
            ready(fresh);
        }
    };

    document.addEventListener("submit", async (event) => {
        const form = event.target;
        if (!form.matches("[data-player] [data-fetch]")) {
            return;
        }
        event.preventDefault();
        form.querySelector("button").disabled = true;
        try {
            const headers = { "X-Requested-With": "player" };
            const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers, signal: AbortSignal.timeout(ANSWER_MS) });
            if (answer.ok) {
                replace(playerOf(form), await answer.text());
                return;
            }
        } catch {
            // The form itself tries again, and shows the browser's own message.
        }
        form.submit();
    });

    // A recording that is on its way shows itself when it is there.
    const lookAgain = async (player) => {
        if (!player.isConnected) {
            return;
        }
        if (document.visibilityState === "visible") {
            try {
                const answer = await fetch(player.dataset.coming, { signal: AbortSignal.timeout(ANSWER_MS) });
                const html = answer.ok ? await answer.text() : "";
                if (html && player.isConnected && !player.contains(document.activeElement)) {
                    replace(player, html);
                    return;
                }
            } catch {
                // Next time, perhaps.
            }
        }
        setTimeout(lookAgain, LOOK_AGAIN_MS, player);
    };

    const known = new WeakSet();
    const ready = (player) => {
        if (known.has(player)) {
            return;
        }
        known.add(player);
        if (player.dataset.src) {
            player.querySelector("[data-speed]").value = remembered();
        }
        if (player.dataset.coming) {
            setTimeout(lookAgain, LOOK_AGAIN_MS, player);
        }
    };
    const readyAll = (root) => {
        for (const player of root.querySelectorAll("[data-player]")) {
            ready(player);
        }
    };
    document.addEventListener("htmx:load", (event) => readyAll(event.target.parentNode || document));
    readyAll(document);
})();
