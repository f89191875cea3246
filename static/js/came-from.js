/* The list of the queue that a person works through, remembered for this tab. Contract:
     <section data-queue="view=mine&tier=L1">   the queue: remembers its own address
     <a data-back-to-queue href="/queue/">      leads back to it
     <input type="hidden" data-queue-query>     tells the server, which finds the next ticket in it */
const NAME = "queue";

function remembered() {
  try { return sessionStorage.getItem(NAME) ?? ""; } catch { return ""; }
}

function fillIn(part) {
  const list = part.querySelector("[data-queue]")?.dataset.queue;
  if (list !== undefined) {
    try { sessionStorage.setItem(NAME, list); } catch { /* no storage: back leads to the first list */ }
  }
  const query = remembered();
  if (!query) return;
  for (const input of part.querySelectorAll("[data-queue-query]")) input.value = query;
  for (const link of part.querySelectorAll("[data-back-to-queue]")) link.search = query;
}

fillIn(document);
document.addEventListener("htmx:load", (event) => fillIn(event.target));
