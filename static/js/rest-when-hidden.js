/* Contract: an element with data-live asks the server now and then (hx-trigger "every …"). While nobody looks at the
   tab it rests; it asks at once when the tab is looked at again. The element is told by the event named in
   data-live-event. */
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-live][data-live-event]"))
    window.htmx.trigger(element, element.dataset.liveEvent);
});
