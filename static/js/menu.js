/* Contract: <details class="menu" data-menu> is a menu: Escape, a click elsewhere, or leaving it by Tab closes it, and
   the arrow keys move among its links and buttons. Opening works without this script.
   <button data-dialog="id"> opens the <dialog> with that id; data-close-dialog inside closes it, as does a click
   on its backdrop. */
function items(menu) {
  return [...menu.querySelectorAll(":scope > :not(summary) :is(a[href], button, input, select, textarea)")].filter(
    (item) => !item.disabled && item.checkVisibility(),
  );
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]"))
    if (!menu.contains(event.target)) menu.open = false;

  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
  // A click on the backdrop has the dialog itself as its target.
  if (event.target instanceof HTMLDialogElement && event.target.matches(".dialog")) event.target.close();
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
    return;
  }
  const typing = event.target.matches("input, select, textarea");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || typing) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  all[(at + step + all.length) % all.length]?.focus();
  event.preventDefault();
});
