/* The queue by keyboard, and a table that is replaced without moving what the eye is on. Contract:
     <section id="queue">               replaced as a whole by htmx; its rows carry data-row (the ticket's number)
     .subject in a row                  the link to the ticket; [data-take] the button that takes it
     <p id="queue-hints" data-…-label>  the words for the list of shortcuts, and data-taken-text */
import { bindKey } from "./shortcuts.js";
import { showToast } from "./toast.js";
import "./came-from.js";
import "./rest-when-hidden.js";

const words = document.getElementById("queue-hints").dataset;
let chosen = null;

const table = () => document.getElementById("queue");
const rows = () => [...table().querySelectorAll("[data-row]")];
const rowOf = (number) => table().querySelector(`[data-row="${CSS.escape(number)}"]`);

function mark(row) {
  for (const other of rows()) other.classList.toggle("is-chosen", other === row);
  chosen = row?.dataset.row ?? null;
}

function choose(row) {
  mark(row);
  row.querySelector(".subject").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.dataset.row === chosen);
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

function take() {
  const row = chosen && rowOf(chosen);
  if (!row) return;
  const button = row.querySelector("[data-take]");
  if (button) button.click();
  else showToast(words.takenText);
}

bindKey("j", words.moveLabel, () => move(1));
bindKey("k", words.moveLabel, () => move(-1));
bindKey("o", words.openLabel, () => chosen && rowOf(chosen)?.querySelector(".subject").click());
bindKey("e", words.takeLabel, take);

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("#queue [data-row]");
  if (row && row.dataset.row !== chosen) mark(row);
});

/* --- The table is replaced: keep the chosen row where it is on the screen, and show what is new. */

const MARGIN_OF_THE_BAR = 60;
let before = null;

function anchor() {
  const row = (chosen && rowOf(chosen)) || rows().find((one) => one.getBoundingClientRect().top > MARGIN_OF_THE_BAR);
  return row ? { number: row.dataset.row, top: row.getBoundingClientRect().top } : null;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "queue") return;
  before = {
    anchor: anchor(),
    hadFocus: table().contains(document.activeElement),
    known: new Map(rows().map((row) => [row.dataset.row, row.dataset.changed])),
  };
});

document.addEventListener("htmx:afterSwap", () => {
  if (!before) return;
  const { anchor: kept, hadFocus, known } = before;
  before = null;
  const row = chosen && rowOf(chosen);
  if (row) {
    mark(row);
    if (hadFocus) row.querySelector(".subject").focus({ preventScroll: true });
  } else if (hadFocus) {
    table().querySelector(".subject")?.focus({ preventScroll: true });
  }
  const stays = kept && rowOf(kept.number);
  // Somebody at the top of the page reads the top of the list.
  if (stays && scrollY > 0) scrollBy({ top: stays.getBoundingClientRect().top - kept.top, behavior: "instant" });
  if (!known.size) return;
  for (const one of rows()) {
    if (!known.has(one.dataset.row)) one.classList.add("is-new");
    else if (known.get(one.dataset.row) !== one.dataset.changed) one.classList.add("is-changed");
  }
});

// A promise has just been broken before our eyes: it belongs on top.
document.addEventListener("clock:late", () => setTimeout(() => window.htmx.trigger(table(), "queue:refresh"), 1000));
