/* Tells the server how a search went (templates/learning/_searched.html): that its results were looked at, which one was
   opened, or that its reader went on to file a ticket. Sent as beacons: no page waits, and none is lost by leaving.
     <form data-searched="address">          holds what is told: the token of this search
     <a data-result="12">                     a result, with the article's key
     [data-ask-human] a                       the way to a ticket */
const form = document.querySelector("[data-searched]");

function tell(more = {}) {
  const data = new FormData(form);
  for (const [name, value] of Object.entries(more)) data.append(name, value);
  navigator.sendBeacon(form.dataset.searched, data);
}

if (form) {
  // A page fetched ahead, or opened in a tab that nobody looks at, is no search.
  if (document.visibilityState === "visible") tell();
  else document.addEventListener("visibilitychange", () => tell(), { once: true });
  for (const kind of ["click", "auxclick"]) {
    document.addEventListener(kind, (event) => {
      const result = event.target.closest("[data-result]");
      if (result) tell({ article: result.dataset.result });
      else if (event.target.closest("[data-ask-human] a")) tell({ human: "yes" });
    });
  }
}
