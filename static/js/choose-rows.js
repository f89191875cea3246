/* Rows by keyboard: move, open, select. Contract:
     <… id="queue"> or <… data-rows>    holds the rows: [data-row] with the ticket's number
     .subject or [data-row-link]        the link in a row
     [data-select] in a row             selects the ticket; the form it belongs to (id "many") shows how many are
     <p data-row-words data-…-label>    the words for the list of shortcuts
   Tell it with "rows:replaced" on the document when rows came, went or were exchanged. */
import "./action-dialog.js";
import { bindKey } from "./shortcuts.js";

export const words = document.querySelector("[data-row-words]").dataset;
const LINK = ".subject, [data-row-link]";
let chosen = null;

const table = () => document.querySelector("#queue, [data-rows]");
const rows = () => [...table().querySelectorAll("[data-row]")];
const rowOf = (number) => table().querySelector(`[data-row="${CSS.escape(number)}"]`);

export const chosenRow = () => chosen && rowOf(chosen);

function mark(row) {
  for (const other of rows()) other.classList.toggle("is-chosen", other === row);
  chosen = row?.dataset.row ?? null;
}

function choose(row) {
  mark(row);
  row.querySelector(LINK).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.dataset.row === chosen);
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
}

bindKey("j", words.moveLabel, () => move(1));
bindKey("k", words.moveLabel, () => move(-1));
bindKey("o", words.openLabel, () => chosenRow()?.querySelector(LINK).click());

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
  const box = chosenRow()?.querySelector("[data-select]");
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
  const row = event.target.closest?.("[data-row]");
  if (row && row.dataset.row !== chosen) mark(row);
});

// What is selected and chosen stays so.
document.addEventListener("rows:replaced", () => {
  showSelected();
  if (chosenRow()) mark(chosenRow());
});
