/* Contract: <template id="code-copy"> holds a button; each block of code in .prose gets one that copies it
   (copy.js does the copying). Also in what htmx brings later. */
const template = document.getElementById("code-copy");

function offerCopies(root) {
  for (const code of root.querySelectorAll(".prose pre.code:not(.code--copyable)")) {
    const button = template.content.firstElementChild.cloneNode(true);
    button.dataset.copy = code.textContent;
    code.classList.add("code--copyable");
    const box = document.createElement("div");
    box.className = "code";
    code.replaceWith(box);
    box.append(code, button);
  }
}

if (template) {
  offerCopies(document);
  document.addEventListener("htmx:load", (event) => offerCopies(event.detail.elt.parentElement ?? event.detail.elt));
}
