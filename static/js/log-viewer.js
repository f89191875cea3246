/* A log by its lines (templates/files/log.html): the line of the address is brought into view and marked by :target;
   a press on a number puts the line's address into the address bar and the clipboard, without loading the page. */
const lines = document.querySelector(".log");

function bring(hash) {
  const line = /^#L\d+$/.test(hash) ? document.getElementById(hash.slice(1)) : null;
  if (!line) return;
  lines.scrollTop = line.offsetTop - lines.clientHeight / 2;
  window.scrollTo(0, 0);
}

lines?.addEventListener("click", (event) => {
  const number = event.target.closest("th a");
  if (!number || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const target = new URL(number.href);
  if (!document.querySelector(".log__steps")) return; // in what a search found: to its place in the log
  event.preventDefault();
  const { scrollX, scrollY } = window;
  const { scrollTop } = lines;
  location.hash = target.hash;
  history.replaceState(null, "", target);
  window.scrollTo(scrollX, scrollY);
  lines.scrollTop = scrollTop;
  navigator.clipboard?.writeText(target.href).catch(() => {});
});

bring(location.hash);
