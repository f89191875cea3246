/* Keys that were pressed too early. While a dialog is being fetched or a form is being sent, letters and signs wait, and
   count in their order once it is there: the first letters of a reason stand in its field, the shortcut after Ctrl+Enter
   finds the page. What a key does never hangs on how fast the server answers.

     holdKeys(element)   they wait for what this element (a dialog, a form) is busy with
     giveKeys(element)   it is done: they count now
     dropKeys(element)   it failed, and something else stands there than was meant: they are forgotten

   Who types into another field, or with an input method, is left alone. Escape forgets what waits. */
const LONGEST_WAIT_MS = 10_000;
const awaited = new Map(); // what is awaited, and until when
let keys = [];

export function holdKeys(element) {
  awaited.set(element, performance.now() + LONGEST_WAIT_MS);
}

export function dropKeys(element) {
  awaited.delete(element);
  if (!awaited.size) keys = [];
}

export function giveKeys(element) {
  if (!awaited.delete(element)) return;
  while (keys.length && !awaited.size) press(keys.shift());
}

/* Whether an answer of htmx opens another page: what waits was meant for that one, or for nothing. */
export const leadsAway = (xhr) => Boolean(xhr.getResponseHeader("HX-Redirect") ?? xhr.getResponseHeader("HX-Location"));

function isHeld() {
  for (const [element, until] of awaited) if (performance.now() > until || !element.isConnected) dropKeys(element);
  return awaited.size > 0;
}

const isText = (element) => element.matches("textarea, input") && element.selectionStart !== null && !element.readOnly;

function isAwaited(target) {
  return [...awaited.keys()].some((element) => element.contains(target));
}

addEventListener(
  "keydown",
  (event) => {
    if (!event.isTrusted || !isHeld()) return;
    if (event.key === "Escape") awaited.forEach((_, element) => dropKeys(element));
    if (event.key.length > 1 || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("textarea, select, input") && !isAwaited(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys.push(event.key);
  },
  true,
);

function press(key) {
  const place = document.activeElement ?? document.body;
  if (isText(place)) {
    place.setRangeText(key, place.selectionStart, place.selectionEnd, "end");
    place.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: key }));
  } else place.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}
