// The reconcile page: the day's input submits itself; ticked rows give the second button its number.
"use strict";

document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]") && event.target.value) {
        event.target.form.submit();
        return;
    }
    const form = event.target.closest("form");
    const button = form && form.querySelector("[data-chosen]");
    if (!button) {
        return;
    }
    const boxes = [...form.querySelectorAll('input[name="row"]')];
    if (event.target.matches("[data-tick-all]")) {
        boxes.forEach((box) => { box.checked = event.target.checked; });
    }
    const count = boxes.filter((box) => box.checked).length;
    button.hidden = count === 0;
    button.textContent = `${button.dataset.chosen} (${count})`;
});

function showChosenDay() {
    const chosen = document.querySelector(".tel-day-on");
    if (chosen) {
        const days = chosen.closest(".tel-days");
        days.scrollLeft = chosen.offsetLeft + chosen.offsetWidth - days.offsetLeft - days.clientWidth;
    }
}

// On a narrow screen the days scroll sideways.
showChosenDay();
document.addEventListener("htmx:afterSettle", showChosenDay);
