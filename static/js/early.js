// @ts-check
// Runs before the first paint, so that a chosen theme does not flash in. The rest is view/preferences.js.
try {
  const theme = localStorage.getItem("pulso.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme holds.
}
