/* A block of code that is wider than its place takes the focus, so that the arrow keys scroll it. Also in what htmx
   brings later. */
function letScroll(root) {
  for (const code of root.querySelectorAll("pre.code")) if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
}

letScroll(document);
document.addEventListener("htmx:load", (event) => letScroll(event.detail.elt.parentElement ?? event.detail.elt));
