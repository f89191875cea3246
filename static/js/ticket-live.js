/* A ticket's page follows what others do, without moving what somebody reads or writes. Contract:
     <div id="workspace" data-ticket="10001">
     <div id="live">         asks for what is new on the event "ticket:check"; the answer's parts go to their places
     <div id="timeline">     new entries are added at its end, nothing else moves
     <… data-news data-one="…" data-many="…" data-none="…">   says, with {count}, what came below the part in view */
import { countNew } from "./tab-count.js";

const workspace = document.getElementById("workspace");
const timeline = document.getElementById("timeline");
const asking = document.getElementById("live");
const news = document.querySelector("[data-news]");

/* --- Asking */

document.addEventListener("live:ticket", ({ detail }) => {
  const number = detail?.number;
  if (number !== undefined && String(number) !== workspace.dataset.ticket) return;
  if (detail?.event) countNew(detail.event);
  window.htmx.trigger(asking, "ticket:check");
});

/* --- The newest is at the bottom, where the composer is */

const composer = document.getElementById("composer");
const NEAR_PX = 40;

/* How much of the conversation is below what can be read. On a wide screen the composer lies over its end. */
function below() {
  const end = timeline.getBoundingClientRect().bottom;
  const liesOver = getComputedStyle(composer).position === "sticky";
  return end - (liesOver ? composer.getBoundingClientRect().top : innerHeight);
}

function isAtTheEnd() {
  return below() < NEAR_PX;
}

function toTheEnd(behavior = "instant") {
  const written = composer.getBoundingClientRect().bottom - innerHeight;
  scrollBy({ top: Math.max(below(), written, 0), behavior });
}

let isOwn = false;
let wasAtTheEnd = true;
let firstUnseen = null;
let messages = 0;

document.addEventListener("htmx:beforeOnLoad", (event) => {
  isOwn = event.detail.requestConfig.verb !== "get";
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target !== timeline) return;
  // What somebody does here comes twice where the socket asks before the answer is in.
  for (const entry of event.detail.fragment.querySelectorAll("[id]"))
    if (timeline.querySelector(`#${CSS.escape(entry.id)}`)) entry.remove();
  wasAtTheEnd = isAtTheEnd();
  if (!wasAtTheEnd && !isOwn) messages += event.detail.fragment.querySelectorAll(".message").length;
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target !== timeline) return;
  if (wasAtTheEnd) toTheEnd("smooth");
  else if (!isOwn) {
    firstUnseen ??= timeline.querySelector(".is-fresh:not([data-seen])");
    tellNews();
  }
  for (const entry of timeline.querySelectorAll(".is-fresh")) entry.dataset.seen = "";
});

function tellNews() {
  const { one, many, none } = news.dataset;
  news.querySelector("[data-news-text]").textContent = messages === 0 ? none : messages === 1 ? one : many.replace("{count}", messages);
  news.hidden = false;
}

function forgetNews() {
  news.hidden = true;
  firstUnseen = null;
  messages = 0;
}

news.querySelector("button").addEventListener("click", () => {
  const entry = firstUnseen;
  forgetNews();
  if (entry) entry.scrollIntoView({ block: "center", behavior: "smooth" });
  else toTheEnd("smooth");
});
addEventListener("scroll", () => !news.hidden && isAtTheEnd() && forgetNews(), { passive: true });

if (!location.hash && !location.search && timeline.scrollHeight > innerHeight) toTheEnd();

/* --- The parts beside it are exchanged only where they say something else, with focus and open menus kept */

const last = new Map();
const pressed = new Set(); // what waits for its turn to be sent
let kept = null;

document.addEventListener("htmx:confirm", ({ detail }) => pressed.add(detail.elt));
for (const settled of ["htmx:beforeSend", "htmx:validation:halted"])
  document.addEventListener(settled, (event) => pressed.delete(event.target));

/* What a part says, apart from the tokens of its forms: each answer has others. */
function wordsOf(part) {
  const copy = part.cloneNode(true);
  for (const token of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
  return copy.outerHTML;
}

const usable = (part) => [...part.querySelectorAll("a[href], button, summary, input, select, textarea")];
const nameOf = (element) => element.dataset.key || element.dataset.menuKey || element.getAttribute("href") || element.name || element.textContent.trim();

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!target?.id || target === timeline || target.matches("input")) return;
  const part = fragment.querySelector(`#${target.id}`);
  if (!part) return;
  const said = wordsOf(part);
  if (last.get(target.id) === said) {
    event.detail.shouldSwap = false;
    return;
  }
  // A button that was pressed stays until its request is on its way: htmx sends nothing for one that is gone.
  if ([...pressed].some((one) => target.contains(one))) {
    event.detail.shouldSwap = false;
    window.htmx.trigger(asking, "ticket:check");
    return;
  }
  last.set(target.id, said);
  if (target.id === "connections") {
    // Read anew in its place: an empty card would let everything below it jump.
    event.detail.shouldSwap = false;
    last.delete(target.id);
    // Broken off where the page is left meanwhile; what else fails htmx tells by its events.
    window.htmx.ajax("GET", target.getAttribute("hx-get"), { target, swap: "innerHTML" }).catch(() => {});
    return;
  }
  kept = {
    focus: target.contains(document.activeElement) ? nameOf(document.activeElement) : null,
    open: [...target.querySelectorAll("details")].map((one) => one.open),
  };
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (!kept) return;
  const part = document.getElementById(event.detail.target.id);
  [...part.querySelectorAll("details")].forEach((one, at) => {
    if (kept.open[at]) one.open = true;
  });
  if (kept.focus) usable(part).find((one) => nameOf(one) === kept.focus)?.focus({ preventScroll: true });
  kept = null;
});
