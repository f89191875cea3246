/* Contract: <input type="hidden" data-browser-zone> is filled with the browser's time zone ("Asia/Shanghai");
   <button data-use-browser-zone="#select" hidden> appears when the select has another one and chooses it. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const input of document.querySelectorAll("[data-browser-zone]")) input.value = zone;

for (const button of document.querySelectorAll("[data-use-browser-zone]")) {
  const select = document.querySelector(button.dataset.useBrowserZone);
  const known = select && [...select.options].some((option) => option.value === zone);
  if (!known || select.value === zone) continue;
  button.append(` ${zone}`);
  button.hidden = false;
  button.addEventListener("click", () => {
    select.value = zone;
    button.hidden = true;
  });
}
