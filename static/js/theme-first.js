/* Runs before the first paint (a plain script in <head>), so that a chosen theme never flashes the other one.
   localStorage "theme" is "light" or "dark"; anything else follows the system. */
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage refused: follow the system */ }
