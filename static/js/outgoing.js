/* Replies that have not left yet. Contract:
     <div id="outgoing" data-outgoing="/outgoing/">      on every page of the desk: a bar with what can be undone
     <div data-beside>                                   on a ticket: the same, in its conversation; asks on "beside:check"
       <span data-withheld="12" data-body="…">           was not sent after all
     <span data-leaves="ISO" data-words="… {seconds} …" data-leaving="…">   counts down
   Events: "outgoing:held" {until} (a reply waits), "outgoing:changed", "outgoing:returned" {number, body, url}: the text
   goes back into the composer of its ticket, which is opened where this page is another; "outgoing:again" {number, form}:
   the form it was sent from is opened again, filled in. */
import { serverNow } from "./clock.js";

const NAME = "outgoing-until";
const LOOKS_AGAIN_SECONDS = [1, 2, 4, 8, 15];
const region = document.getElementById("outgoing");
const here = document.querySelector("[data-composer]")?.dataset.ticket;

function remembered() {
  try { return Number(sessionStorage.getItem(NAME)) || 0; } catch { return 0; }
}

function remember(until) {
  try { sessionStorage.setItem(NAME, String(until)); } catch { /* no storage: the bar stays away */ }
}

async function refresh() {
  const beside = document.querySelector("[data-beside]");
  if (beside) window.htmx.trigger(beside, "beside:check");
  if (remembered() < serverNow() - 60_000) return region.replaceChildren();
  await window.htmx.ajax("GET", region.dataset.outgoing, { target: region, swap: "innerHTML", source: region });
  // The ticket shows its own, with the text.
  for (const item of region.querySelectorAll("[data-of]")) if (item.dataset.of === here) item.remove();
  return tick();
}

/* --- Counting down */

let looks = 0;
let timer = 0;

function tick() {
  clearTimeout(timer);
  const waiting = [...document.querySelectorAll("[data-leaves]")];
  if (!waiting.length) {
    looks = 0;
    return;
  }
  let isLate = false;
  for (const one of waiting) {
    const left = Math.ceil((Date.parse(one.dataset.leaves) - serverNow()) / 1000);
    isLate ||= left <= 0;
    const text = left > 0 ? one.dataset.words.replace("{seconds}", left) : one.dataset.leaving;
    if (one.textContent !== text) one.textContent = text;
  }
  if (!isLate || looks >= LOOKS_AGAIN_SECONDS.length) {
    if (!isLate) looks = 0;
    timer = setTimeout(tick, isLate ? 15_000 : 1000);
    return;
  }
  timer = setTimeout(() => {
    const live = document.getElementById("live");
    if (live) window.htmx.trigger(live, "ticket:check");
    refresh();
    tick();
  }, LOOKS_AGAIN_SECONDS[looks++] * 1000);
}

/* A reply that this page showed as waiting, and that was kept back since: its text belongs into the composer, before
   what is typed there overwrites the draft to which it went. */
const shown = new Set();

function takeBackWithheld(part) {
  for (const one of part.querySelectorAll("[data-withheld]"))
    if (shown.delete(`held-${one.dataset.withheld}`) && one.dataset.body && !("isMacro" in one.dataset))
      document.dispatchEvent(new CustomEvent("outgoing:returned", { detail: { number: here, body: one.dataset.body, kind: "reply" } }));
  for (const one of part.querySelectorAll("[id^=held-]")) shown.add(one.id);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches?.("[data-beside]")) takeBackWithheld(event.target);
  if (event.target.querySelector?.("[data-leaves]")) tick();
});

/* --- What happens to them */

document.addEventListener("outgoing:held", ({ detail }) => {
  remember(Date.parse(detail.until));
  looks = 0;
  // The answer that brought this is still on its way into the page.
  setTimeout(refresh);
});

document.addEventListener("outgoing:changed", () => setTimeout(refresh));

document.addEventListener("outgoing:returned", ({ detail }) => {
  if (String(detail.number) !== here) location.assign(detail.url);
});

document.addEventListener("outgoing:again", ({ detail }) => {
  const action = document.getElementById("action");
  if (String(detail.number) !== here || !action) return location.assign(detail.form);
  return window.htmx.ajax("GET", detail.form, { target: action, swap: "innerHTML", source: action });
});

document.addEventListener("live:ticket", ({ detail }) => {
  if (here && String(detail?.number) === here) refresh();
});

if (remembered() > serverNow() - 5000) refresh();
