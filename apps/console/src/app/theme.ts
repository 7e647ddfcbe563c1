import { Store } from "@throughline/client";

export type ThemeChoice = "system" | "light" | "dark";
export type Theme = "light" | "dark";

const KEY = "throughline.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

/** What the reader chose; `system` follows the machine. public/theme.js reads it before the first paint. */
export const themeChoice = new Store<ThemeChoice>(readChoice());
/** What is shown. */
export const theme = new Store<Theme>(shown());

system.addEventListener("change", apply);
apply();

export function chooseTheme(choice: ThemeChoice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage is blocked: the choice holds until the page is left.
  }
  themeChoice.set(choice);
  apply();
}

function apply(): void {
  document.documentElement.dataset["theme"] = shown();
  theme.set(shown());
}

function shown(): Theme {
  const choice = themeChoice.get();
  if (choice !== "system") return choice;
  return system.matches ? "dark" : "light";
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}
