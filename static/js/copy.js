/* Contract: <button data-copy="text"> or data-copy-from="#id" copies; data-copied is shown as a toast after it. */
import { showToast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    showToast(button.dataset.copied, "success");
  } catch { /* no clipboard over plain http: the text can be marked and copied by hand */ }
});
