/* The queue by keyboard. Contract:
     <section id="queue">               kept up to date by queue-live.js; its rows carry data-row (the ticket's number)
     .subject in a row                  the link to the ticket; [data-take] the button that takes it
     [data-select] in a row             selects the ticket; the form it belongs to (id "many") shows how many are
     <p id="queue-hints" data-…-label>  the words for the list of shortcuts, and data-taken-text */
import "./action-dialog.js";
import { bindKey } from "./shortcuts.js";
import { showToast } from "./toast.js";
import "./came-from.js";
import "./queue-live.js";

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

/* --- Several at once. What is selected stays so while rows come, go and move; what left the page is let go. */

const many = document.getElementById("many");
const selected = new Set();
const boxes = () => [...table().querySelectorAll("[data-select]")];
let lastBox = null;

function showSelected() {
  const here = new Set(boxes().map((box) => box.value));
  for (const number of selected) if (!here.has(number)) selected.delete(number);
  for (const box of boxes()) {
    box.checked = selected.has(box.value);
    box.closest("[data-row]").classList.toggle("is-selected", box.checked);
  }
  many.hidden = selected.size === 0;
  many.querySelector("[data-many-count]").textContent = selected.size;
}

function select(box, checked, range) {
  const all = boxes();
  const [from, to] = [all.findIndex((one) => one.value === lastBox), all.indexOf(box)].sort((a, b) => a - b);
  for (const one of range && from >= 0 ? all.slice(from, to + 1) : [box])
    if (checked) selected.add(one.value);
    else selected.delete(one.value);
  lastBox = box.value;
  showSelected();
}

function selectChosen() {
  const box = chosen && rowOf(chosen)?.querySelector("[data-select]");
  if (box) select(box, !box.checked, false);
}

function selectNone() {
  selected.clear();
  showSelected();
}

bindKey("x", words.selectLabel, selectChosen);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-select-none]")) selectNone();
  // A press with Shift selects all up to the one pressed before.
  if (event.target.matches("[data-select]")) select(event.target, event.target.checked, event.shiftKey);
});
document.addEventListener("action:done", selectNone);
showSelected();

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("#queue [data-row]");
  if (row && row.dataset.row !== chosen) mark(row);
});

// Rows came, went or were exchanged (queue-live.js): what is selected and chosen stays so.
document.addEventListener("queue:replaced", () => {
  showSelected();
  const row = chosen && rowOf(chosen);
  if (row) mark(row);
});
