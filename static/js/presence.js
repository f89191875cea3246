/* Who else of the desk is on a ticket. Contract:

     <span data-presence="10001"></span>        is filled with a face for each colleague; what is replaced is filled again
     <template id="presence-face" …>            the model of a face, with the words (templates/presence/_words.html)
     <… data-presence-view="10001">             this page shows that ticket: others are told while somebody looks at it

   peopleOn(number) are the colleagues there: {id, name, initials, tone, doing: "view" | "note" | "reply", since, knows}.
   say(doing, knows) tells them that something is written here. The event "presence:changed" on `document` follows. */
import { tell } from "./live.js";

const MOST_FACES = 3;
// Who walks through tickets by keyboard is not on each of them.
const LOOKS_AFTER_MS = 1_000;
const LEAVES_AFTER_MS = 20_000;

const model = document.getElementById("presence-face");
const viewed = Number(document.querySelector("[data-presence-view]")?.dataset.presenceView) || null;
let people = new Map();
let watched = "";
let isLooking = false;
let doing = "view";
let knows = false;
let change = 0;

export function peopleOn(number) {
  return people.get(Number(number)) ?? [];
}

export function timeOf(moment) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: model.dataset.zone };
  return new Date(moment).toLocaleTimeString(document.documentElement.lang, options);
}

export function say(what, isKnown = false) {
  if (what === doing && isKnown === knows && what === "view") return;
  doing = what;
  knows = isKnown;
  if (isLooking) tell({ type: "compose", doing, knows });
}

function face(person) {
  const element = model.content.firstElementChild.cloneNode(true);
  const words = model.dataset[person.doing].replace("{name}", person.name).replace("{time}", timeOf(person.since));
  element.classList.add(`face--${person.tone}`);
  element.classList.toggle("present__face--writes", person.doing !== "view");
  element.classList.toggle("present__face--note", person.doing === "note");
  element.querySelector("[data-initials]").textContent = person.initials;
  element.title = words;
  element.setAttribute("aria-label", words);
  return element;
}

function more(others) {
  const element = document.createElement("span");
  element.className = "face face--none present__more";
  element.textContent = `+${others.length}`;
  element.title = others.map((person) => person.name).join(", ");
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", element.title);
  return element;
}

function fill(slot) {
  const here = peopleOn(slot.dataset.presence);
  if (!here.length && !slot.firstChild) return;
  const shown = here.length > MOST_FACES ? here.slice(0, MOST_FACES - 1) : here;
  const faces = shown.map(face);
  if (shown.length < here.length) faces.push(more(here.slice(shown.length)));
  slot.replaceChildren(...faces);
}

export function fillAll() {
  const slots = [...document.querySelectorAll("[data-presence]")];
  for (const slot of slots) fill(slot);
  const tickets = [...new Set(slots.map((slot) => Number(slot.dataset.presence)))].slice(0, 100);
  if (tickets.join() === watched) return;
  watched = tickets.join();
  tell({ type: "watch", tickets });
}

function look() {
  clearTimeout(change);
  if (!viewed || document.hidden || isLooking) return;
  change = setTimeout(() => {
    isLooking = true;
    tell({ type: "view", ticket: viewed });
    if (doing !== "view") tell({ type: "compose", doing, knows });
  }, LOOKS_AFTER_MS);
}

function lookAway() {
  clearTimeout(change);
  if (!isLooking) return;
  change = setTimeout(() => {
    isLooking = false;
    tell({ type: "view", ticket: null });
  }, LEAVES_AFTER_MS);
}

/* What was known of others and what they know of this page ends with the connection. */
function forget() {
  people = new Map();
  watched = "";
  isLooking = false;
  fillAll();
  document.dispatchEvent(new CustomEvent("presence:changed"));
}

function begin() {
  forget();
  look();
}

if (model) {
  document.addEventListener("live:joined", begin);
  document.addEventListener("live:lost", forget);
  if (document.querySelector('[data-live-state="live"]')) begin();
  document.addEventListener("live:presence", ({ detail }) => {
    people.set(detail.number, detail.people);
    for (const slot of document.querySelectorAll(`[data-presence="${detail.number}"]`)) fill(slot);
    document.dispatchEvent(new CustomEvent("presence:changed"));
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? lookAway() : look()));
  document.addEventListener("htmx:afterSettle", fillAll);
}
