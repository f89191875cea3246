/* Ticking promises. Contract (templates/_clock.html writes it):

     <span class="clock" data-clock data-due="2026-07-13T09:15:00Z" data-total="900" data-days="d">
       <span class="clock__time"><span class="clock__text" data-clock-text>00:12:05</span> …</span>
       <progress class="clock__bar" max="900" value="725"></progress>
     </span>

   data-due     the deadline, ISO 8601; an element without it stands still and is left alone
   data-total   the whole promise in seconds: the bar shows what is left of it, and `clock--warn` comes at a quarter
   data-days    the word after a number of days ("3 d 04:12")
   data-late    words for a screen reader and the tooltip once it is late (optional)

   The classes clock--warn and clock--late follow the time. When a clock passes its deadline the element sends
   the bubbling event "clock:late" once. One timer serves the page and rests while the tab is hidden.
   The server's word on the time is <meta name="server-time" content="ISO">: a computer whose own clock is
   wrong still shows the right countdown. */
const WARN_SHARE = 0.25;
const offset = serverOffset();

function serverOffset() {
  const meta = document.querySelector('meta[name="server-time"]');
  const server = meta ? Date.parse(meta.content) : NaN;
  if (Number.isNaN(server)) return 0;
  // The page was made about when its first byte was sent, not when this line runs.
  const [navigation] = performance.getEntriesByType("navigation");
  const fromCache = navigation && (navigation.type === "back_forward" || navigation.transferSize === 0);
  if (fromCache) return 0;
  return server - (performance.timeOrigin + (navigation?.responseStart ?? 0));
}

export function serverNow() {
  return Date.now() + offset;
}

const two = (number) => String(number).padStart(2, "0");

/* 725 -> "00:12:05", -432 -> "-00:07:12", 274320 -> "3 d 04:12". */
export function countdown(seconds, days = "d") {
  const sign = seconds < 0 ? "-" : "";
  const whole = Math.abs(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours < 24) return `${sign}${two(hours)}:${two(minutes)}:${two(whole % 60)}`;
  return `${sign}${Math.floor(hours / 24)} ${days} ${two(hours % 24)}:${two(minutes)}`;
}

function tick(clock, now) {
  const due = Date.parse(clock.dataset.due);
  if (Number.isNaN(due)) return;
  const left = Math.floor((due - now) / 1000);
  const text = clock.querySelector("[data-clock-text]");
  const shown = countdown(left, clock.dataset.days);
  if (text && text.textContent !== shown) text.textContent = shown;

  const total = Number(clock.dataset.total) || 0;
  const bar = clock.querySelector("progress");
  if (bar && total) bar.value = left < 0 ? total : Math.min(left, total);

  const late = left < 0;
  if (late && !clock.classList.contains("clock--late"))
    clock.dispatchEvent(new CustomEvent("clock:late", { bubbles: true }));
  clock.classList.toggle("clock--late", late);
  clock.classList.toggle("clock--warn", !late && total > 0 && left < total * WARN_SHARE);
}

function tickAll() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("[data-clock][data-due]")) tick(clock, now);
}

let timer = 0;
function run() {
  clearTimeout(timer);
  if (document.hidden) return;
  tickAll();
  timer = setTimeout(run, 1000 - (serverNow() % 1000));
}

document.addEventListener("visibilitychange", run);
document.addEventListener("htmx:afterSettle", tickAll);
document.addEventListener("queue:replaced", tickAll);
run();
