/* The queue by keyboard. Contract:
     <section id="queue">               kept up to date by queue-live.js; moving and selecting is choose-rows.js
     [data-take] in a row               the button that takes the ticket
     [data-row-words]                   data-take-label, data-taken-text */
import { chosenRow, words } from "./choose-rows.js";
import { bindKey } from "./shortcuts.js";
import { showToast } from "./toast.js";
import "./came-from.js";
import "./queue-live.js";

bindKey("e", words.takeLabel, () => {
  const row = chosenRow();
  if (!row) return;
  const button = row.querySelector("[data-take]");
  if (button) button.click();
  else showToast(words.takenText);
});

document.addEventListener("queue:replaced", () => document.dispatchEvent(new CustomEvent("rows:replaced")));
