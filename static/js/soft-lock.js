/* A colleague writes a reply already: said at the composer, which asks before a second one is begun. Contract:

     <p data-soft-lock data-first="…" data-also="…" data-knows="…">   with {name} and {time}
       <span data-soft-lock-text></span> <button data-soft-lock-anyway>   goes on all the same; the colleague is told

   Nothing is ever blocked: the text stays, the button is one key away, a form that is filled can be sent, and the
   lock ends by itself when the colleague sends, empties the text, leaves, or stops for two minutes. */
import { peopleOn, say, timeOf } from "./presence.js";

const TELLS_AGAIN_MS = 20_000;
const RESTS_AFTER_MS = 90_000;

const note = document.querySelector("[data-soft-lock]");
const ticket = document.querySelector("[data-presence-view]")?.dataset.presenceView;
const forms = [...document.querySelectorAll("form[data-compose]")];
const text = (form) => form.querySelector("textarea[name=body]");
const reply = forms.find((form) => form.dataset.compose === "reply");
let writes = "view";
let toldAt = 0;
let rest = 0;
let isMeant = false;

function others() {
  return peopleOn(ticket).filter((person) => person.doing === "reply");
}

function show() {
  const writing = others();
  if (!writing.length) isMeant = false;
  const asks = writing.length > 0 && writes !== "reply" && !isMeant;
  if (reply) {
    text(reply).readOnly = asks;
    reply.classList.toggle("composer__form--asks", asks);
  }
  note.hidden = !writing.length;
  note.querySelector("[data-soft-lock-anyway]").hidden = !asks;
  if (!writing.length) return;
  const [first] = writing;
  const words = asks ? note.dataset.first : first.knows ? note.dataset.knows : note.dataset.also;
  const names = writing.map((person) => person.name).join(", ");
  const said = words.replace("{name}", names).replace("{time}", timeOf(first.since));
  const place = note.querySelector("[data-soft-lock-text]");
  if (place.textContent !== said) place.textContent = said;
}

function write(what) {
  clearTimeout(rest);
  if (what !== "view") rest = setTimeout(write, RESTS_AFTER_MS, "view");
  const now = Date.now();
  if (what === writes && now - toldAt < TELLS_AGAIN_MS) return;
  writes = what;
  toldAt = now;
  say(what, what === "reply" && isMeant);
  show();
}

if (note) {
  for (const form of forms) {
    form.addEventListener("input", (event) => {
      if (event.target === text(form)) write(event.target.value.trim() ? form.dataset.compose : "view");
    });
    form.addEventListener("reset", () => write("view"));
  }
  note.querySelector("[data-soft-lock-anyway]").addEventListener("click", () => {
    isMeant = true;
    write("reply");
    text(reply).focus();
  });
  // A key that would have written asks instead.
  reply?.addEventListener("keydown", (event) => {
    if (!text(reply).readOnly || event.target !== text(reply) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length > 1 && event.key !== "Enter" && event.key !== "Process") return;
    event.preventDefault();
    note.querySelector("[data-soft-lock-anyway]").focus();
  });
  document.addEventListener("presence:changed", show);
}
