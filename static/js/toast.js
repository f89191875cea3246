/* Contract: the live region <div class="toasts" id="messages"> holds .toast elements, written by the server
   (templates/_messages.html, also out of band with an htmx answer). A .toast with data-seconds goes by itself; it
   waits while the pointer or the focus is on it. [data-close-toast] closes one.
   showToast(text, kind) adds one from a script: the text comes from a template, never from here. A failed htmx
   request shows data-error-text or data-offline-text of the region; the model of a toast is the
   <template id="toast-template">. */
const region = document.getElementById("messages");

function arrange(toast) {
  const seconds = Number(toast.dataset.seconds);
  if (!seconds || toast.dataset.arranged) return;
  toast.dataset.arranged = "yes";
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else toast.remove();
  };
  setTimeout(leave, seconds * 1000);
}

export function showToast(text, kind = "info") {
  const model = document.getElementById("toast-template");
  if (!region || !model || !text) return;
  const toast = model.content.firstElementChild.cloneNode(true);
  toast.classList.add(`toast--${kind}`);
  if (kind === "error") delete toast.dataset.seconds;
  toast.querySelector("p").textContent = text;
  region.append(toast);
}

if (region) {
  region.querySelectorAll(".toast").forEach(arrange);
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes) if (node instanceof HTMLElement && node.matches(".toast")) arrange(node);
  }).observe(region, { childList: true });

  document.addEventListener("click", (event) => {
    event.target.closest("[data-close-toast]")?.closest(".toast")?.remove();
  });
  document.addEventListener("htmx:responseError", (event) => {
    // 409 and 422 bring their own sentence.
    if (![409, 422].includes(event.detail.xhr.status)) showToast(region.dataset.errorText, "error");
  });
  document.addEventListener("htmx:sendError", () => showToast(region.dataset.offlineText, "error"));
}
