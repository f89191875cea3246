/* Contract: <button data-theme-choice="light|dark|system"> chooses; aria-pressed tells which one is in force.
   The choice stays in this browser (localStorage "theme") and reaches other open tabs at once. */
const root = document.documentElement;

function current() {
  return root.dataset.theme ?? "system";
}

function apply(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  show(document);
}

function show(part) {
  for (const button of part.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === current()));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  const theme = button.dataset.themeChoice;
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch { /* storage refused: it holds for this page */ }
  apply(theme);
});

addEventListener("storage", (event) => {
  if (event.key === "theme") apply(event.newValue);
});

document.addEventListener("htmx:load", (event) => show(event.target));
show(document);
