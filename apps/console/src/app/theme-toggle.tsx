import { Monitor, Moon, Sun } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { chooseTheme, themeChoice } from "./theme.ts";
import type { ThemeChoice } from "./theme.ts";
import { useStore } from "./use-store.ts";

const NEXT = { system: "light", light: "dark", dark: "system" } as const satisfies Record<ThemeChoice, ThemeChoice>;
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Steps through system, light and dark. */
export function cycleTheme(): void {
  chooseTheme(NEXT[themeChoice.get()]);
}

export function ThemeToggle() {
  const choice = useStore(themeChoice);
  const Icon = ICONS[choice];
  return (
    <Tooltip content={`Theme: ${choice}`}>
      <Button tone="ghost" size="icon" onClick={cycleTheme} aria-label={`Theme: ${choice}. Switch to ${NEXT[choice]}`}>
        <Icon aria-hidden />
      </Button>
    </Tooltip>
  );
}
