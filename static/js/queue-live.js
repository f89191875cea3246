/* The queue follows what happens without moving what somebody reads. Contract:

     <section id="queue" data-newest="…">   the list and the address of its newest state, the page's own filters in it
     <tr data-row="10001">, <tr class="group">     its rows and the headings between them
     <p data-news data-one="…" data-many="…">   with {count}; its button shows the list as it is now

   A row that stays where it is is exchanged in its place. Where rows would come, go or move, the list stays as it is
   and says how many tickets changed. It is shown at once to who asked for a change, or looks elsewhere.
   "queue:replaced" on `document` tells that rows were exchanged. */
import { fillAll } from "./presence.js";
import { countNew } from "./tab-count.js";

const SHOWN_WITHIN_MS = 150;
const SPREAD_MS = 1_500;
const HIDDEN_WITHIN_MS = 15_000;
const AFTER_CLICK_MS = 500;
const POLL_MS = 60_000;
const MARGIN_OF_THE_BAR = 60;

const news = document.querySelector("[data-news]");
const table = () => document.getElementById("queue");
const rowsIn = (section) => [...section.querySelectorAll("[data-row]")];
const rowOf = (number, section = table()) => section.querySelector(`[data-row="${CSS.escape(number)}"]`);

let waiting = null;
let waitingUntil = Infinity;
let isAsking = false;
let asksAgain = false;
let showsNow = false;

/* --- Asking */

function refreshWithin(milliseconds) {
  const until = Date.now() + milliseconds;
  if (waiting && waitingUntil <= until) return;
  clearTimeout(waiting);
  waitingUntil = until;
  waiting = setTimeout(refresh, milliseconds);
}

function refreshNow() {
  showsNow = true;
  refreshWithin(0);
}

async function refresh() {
  waiting = null;
  waitingUntil = Infinity;
  if (isAsking) {
    asksAgain = true;
    return;
  }
  isAsking = true;
  const showsAll = showsNow;
  showsNow = false;
  try {
    const answer = await fetch(table().dataset.newest, { headers: { "HX-Request": "true" } });
    if (answer.ok && !answer.redirected) take(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("queue"), showsAll);
  } catch { /* cut off: live.js says so, and asks again */ }
  isAsking = false;
  if (asksAgain) refreshWithin(SHOWN_WITHIN_MS);
  asksAgain = false;
}

/* --- Showing */

function take(fresh, showsAll) {
  if (!fresh) return;
  markChanges(fresh);
  const count = differences(fresh);
  if (showsAll || document.hidden || !rowsIn(table()).length) show(fresh);
  else {
    exchangeRows(fresh);
    announce(count);
  }
}

/* What stands where: each ticket under its heading. */
function order(section) {
  let group = "";
  const found = new Map();
  for (const row of section.querySelectorAll("tbody tr")) {
    if (row.dataset.row) found.set(row.dataset.row, group);
    else group = row.textContent.trim();
  }
  return found;
}

function differences(fresh) {
  const [here, there] = [order(table()), order(fresh)];
  const come = [...there.keys()].filter((number) => !here.has(number));
  const gone = [...here.keys()].filter((number) => !there.has(number));
  for (const row of rowsIn(table())) row.classList.toggle("is-gone", gone.includes(row.dataset.row));
  const regrouped = [...there.keys()].filter((number) => here.has(number) && here.get(number) !== there.get(number));
  const stay = [...there.keys()].filter((number) => here.has(number) && !regrouped.includes(number));
  const places = [...here.keys()].filter((number) => stay.includes(number));
  const moved = stay.length - longestRise(stay.map((number) => places.indexOf(number)));
  // On a full page whoever comes pushes another one off it.
  return Math.max(come.length, gone.length) + regrouped.length + moved;
}

/* How many of these keep their order among each other. */
function longestRise(numbers) {
  const best = [];
  numbers.forEach((number, at) => {
    best[at] = 1 + Math.max(0, ...best.filter((_, before) => numbers[before] < number));
  });
  return Math.max(0, ...best);
}

function exchangeRows(fresh) {
  for (const row of rowsIn(fresh)) {
    const here = rowOf(row.dataset.row);
    if (!here || look(here) === look(row)) continue;
    // In the middle of a click: the row must not be another one when the button is let go.
    if (here.querySelector(":active")) {
      refreshWithin(AFTER_CLICK_MS);
      continue;
    }
    const hadFocus = here.contains(document.activeElement) && ["[data-select]", "[data-take]", ".subject"].find((one) => document.activeElement.matches(one));
    row.classList.toggle("is-chosen", here.classList.contains("is-chosen"));
    const mine = document.importNode(row, true);
    here.replaceWith(mine);
    window.htmx.process(mine);
    if (hadFocus) (mine.querySelector(hadFocus) ?? mine.querySelector(".subject")).focus({ preventScroll: true });
  }
  replaced();
}

/* What a row says, apart from what ticks, and from what this page added. */
function look(row) {
  const copy = row.cloneNode(true);
  copy.removeAttribute("class");
  copy.querySelectorAll("[data-presence]").forEach((slot) => slot.replaceChildren());
  copy.querySelectorAll("[data-clock]").forEach((clock) => {
    clock.removeAttribute("class");
    clock.querySelectorAll("[data-clock-text], progress").forEach((part) => part.remove());
  });
  return copy.outerHTML;
}

function announce(count) {
  news.hidden = count === 0;
  const words = count === 1 ? news.dataset.one : news.dataset.many;
  const place = news.querySelector("[data-news-text]");
  if (count) place.textContent = words.replace("{count}", count);
}

/* The whole list anew, with the row that is chosen, or else the topmost, where it is on the screen. */
function show(fresh) {
  news.hidden = true;
  const rows = rowsIn(table());
  const kept = rows.find((row) => row.matches(".is-chosen")) ?? rows.find((row) => row.getBoundingClientRect().top > MARGIN_OF_THE_BAR);
  const top = kept?.getBoundingClientRect().top;
  const hadFocus = table().contains(document.activeElement);
  const mine = document.importNode(fresh, true);
  table().replaceWith(mine);
  window.htmx.process(mine);
  const stays = kept && rowOf(kept.dataset.row);
  if (stays && kept.matches(".is-chosen")) stays.classList.add("is-chosen");
  if (hadFocus) (stays ?? mine).querySelector(".subject")?.focus({ preventScroll: true });
  // Somebody at the top of the page reads the top of the list.
  if (stays && scrollY > 0) scrollBy({ top: stays.getBoundingClientRect().top - top, behavior: "instant" });
  replaced();
}

function markChanges(fresh) {
  const here = new Map(rowsIn(table()).map((row) => [row.dataset.row, row.dataset.changed]));
  for (const row of rowsIn(fresh)) {
    const before = here.get(row.dataset.row);
    if (before === row.dataset.changed) continue;
    row.classList.add(before === undefined ? "is-new" : "is-changed");
    countNew(row.dataset.row);
  }
}

function replaced() {
  fillAll();
  document.dispatchEvent(new CustomEvent("queue:replaced"));
}

/* --- When */

document.addEventListener("live:ticket", ({ detail }) => {
  const number = detail?.number;
  // Without a number it is an answer to what was done on this page.
  if (number === undefined) refreshNow();
  else if (document.hidden) refreshWithin(HIDDEN_WITHIN_MS);
  // What is not on this list may concern everybody's: not all of them at once.
  else refreshWithin(rowOf(String(number)) ? SHOWN_WITHIN_MS : SHOWN_WITHIN_MS + Math.random() * SPREAD_MS);
});
document.addEventListener("live:resync", () => refreshWithin(Math.random() * SPREAD_MS));
// A promise has just been broken before our eyes.
document.addEventListener("clock:late", () => refreshWithin(1000));
document.addEventListener("visibilitychange", () => document.hidden || refreshNow());
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt?.closest("#queue") && event.detail.requestConfig?.verb !== "get") refreshNow();
});
news.querySelector("button").addEventListener("click", refreshNow);
setInterval(() => document.hidden || refreshWithin(Math.random() * SPREAD_MS), POLL_MS);
