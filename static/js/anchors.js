/* Contract: <template id="heading-anchor"> holds a link; each heading with a place in .prose--article gets one that
   leads to it. Without this script the table of contents leads there. */
const template = document.getElementById("heading-anchor");

for (const heading of template ? document.querySelectorAll(".prose--article :is(h2, h3, h4)[id]") : []) {
  const link = template.content.firstElementChild.cloneNode(true);
  link.href = `#${heading.id}`;
  heading.append(link);
}
