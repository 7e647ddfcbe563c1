// Runs before the first paint, so that a dark page never flashes white. src/app/theme.ts takes over.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("throughline.theme");
  } catch {
    // Storage is blocked: follow the system.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
