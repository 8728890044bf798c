// @ts-check
// Runs before the first paint and without the modules.

// A chosen theme must not flash in; view/controls/preferences.js does the rest.
try {
  const asked = new URLSearchParams(location.search).get("tema");
  const theme = { claro: "light", oscuro: "dark" }[asked ?? ""] ?? localStorage.getItem("pulso.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme holds.
}

// uPlot formats numbers by this language while it loads, and would end at a tag that Intl refuses.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: document.documentElement.lang });
}

// One module or style that does not arrive (the panel restarts, the network changes) leaves a page
// that never starts or can't be read. `error` events of elements are caught on their way down: they
// do not bubble.
addEventListener(
  "error",
  ({ target }) => {
    const needed = target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel === "stylesheet");
    if (!needed) return;
    document.documentElement.dataset.failed = "";
    setTimeout(() => location.reload(), 2000 + 3000 * Math.random());
  },
  true,
);
