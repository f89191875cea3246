/* Contract: <div hx-get="…" hx-trigger="every 20s, NAME" data-polls="NAME"> asks the server now and then. While nobody
   looks at the tab it rests, and asks at once when the tab is looked at again, or when live.js may have missed
   something (live:resync). */
function askNow() {
  for (const element of document.querySelectorAll("[data-polls]")) window.htmx.trigger(element, element.dataset.polls);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-polls]")) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) askNow();
});

document.addEventListener("live:resync", askNow);
