/* Contract: in <section data-year> every day is an <a> or <span> with data-told inside <td id="dYYYY-MM-DD">. One of them
   is in the order of Tab; arrow keys move among the days, Home and End to the ends of the week, Page Up and Page Down
   to the same day of the month before and after. Without this script every day is in the order of Tab. */
const year = document.querySelector("[data-year]");
const days = year ? [...year.querySelectorAll("[data-told]")] : [];

function dayAt(date) {
  const iso = date.toISOString().slice(0, 10);
  return document.getElementById(`d${iso}`)?.querySelector("[data-told]") ?? null;
}

function dateOf(day) {
  return new Date(`${day.closest("td").id.slice(1)}T00:00:00Z`);
}

function enter(day) {
  for (const other of days) other.tabIndex = other === day ? 0 : -1;
}

function moved(date, { days: byDays = 0, months = 0 }) {
  const to = new Date(date);
  if (months) {
    to.setUTCDate(1);
    to.setUTCMonth(to.getUTCMonth() + months);
    const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
    to.setUTCDate(Math.min(date.getUTCDate(), last));
  }
  to.setUTCDate(to.getUTCDate() + byDays);
  return to;
}

function step(key, date) {
  const weekday = (date.getUTCDay() + 6) % 7;
  const steps = {
    ArrowLeft: { days: -1 },
    ArrowRight: { days: 1 },
    ArrowUp: { days: -7 },
    ArrowDown: { days: 7 },
    Home: { days: -weekday },
    End: { days: 6 - weekday },
    PageUp: { months: -1 },
    PageDown: { months: 1 },
  };
  return steps[key];
}

year?.addEventListener("keydown", (event) => {
  const day = event.target.closest("[data-told]");
  if (!day || event.ctrlKey || event.altKey || event.metaKey) return;
  const by = step(event.key, dateOf(day));
  if (!by) return;
  const next = dayAt(moved(dateOf(day), by));
  if (next) {
    enter(next);
    next.focus();
  }
  event.preventDefault();
});

year?.addEventListener("focusin", (event) => {
  const day = event.target.closest("[data-told]");
  if (day) enter(day);
});

const named = location.hash.startsWith("#d") ? document.getElementById(location.hash.slice(1)) : null;
const target = named?.querySelector("[data-told]");
const first = target ?? days.find((day) => day.closest(".day--today")) ?? days[0];
if (first) enter(first);
// After a day was changed, its editor comes back to it; the jump to the fragment, at load, takes the focus away first.
if (target && document.readyState === "complete") target.focus();
else if (target) addEventListener("load", () => requestAnimationFrame(() => target.focus()), { once: true });
