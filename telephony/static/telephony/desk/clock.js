// Lengths of time that count up: <time data-since="Unix seconds">.

export function elapsed(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const pad = (number) => String(number).padStart(2, "0");
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, pad(whole % 60)];
    return hours ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

// `now` is the server's, in seconds.
export function tick(root, now) {
    for (const time of root.querySelectorAll("time[data-since]")) {
        time.textContent = elapsed(now - Number(time.dataset.since));
    }
}
