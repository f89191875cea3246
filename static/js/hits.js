/* The ticket search by keyboard (choose-rows.js). What was done to selected tickets shows when its list is read again,
   which htmx does on "action:done". */
import "./choose-rows.js";

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches?.("[data-rows]")) document.dispatchEvent(new CustomEvent("rows:replaced"));
});
