import { lazy, Suspense, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useClient } from "@throughline/react";
import { Header } from "./header.tsx";
import { Line } from "./line.tsx";
import { navigate } from "./router.tsx";
import type { Route } from "./router.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { cycleTheme } from "./theme-toggle.tsx";

const loadPalette = () => import("./palette.tsx");
const Palette = lazy(loadPalette);

/** The frame of every page: the header, and under it the line. It stays while pages change. */
export function Shell({ page, children }: { readonly page: Route["page"]; readonly children: ReactNode }) {
  const client = useClient();
  const [showsKeys, setShowsKeys] = useState(false);
  const [showsPalette, setShowsPalette] = useState(false);
  useShortcuts({
    "?": () => setShowsKeys(true),
    "mod+k": () => setShowsPalette((shown) => !shown),
    n: () => navigate("/"),
    t: cycleTheme,
  });
  // Fetched ahead: what is typed right after ⌘K is meant for the palette and not for the page's keys.
  useEffect(() => {
    loadPalette().catch(() => undefined);
  }, []);
  // Pages that follow nothing show the connection, too.
  useEffect(() => client.connect(), [client]);
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only rounded-control bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to content
      </a>
      <Header page={page} onPalette={() => setShowsPalette(true)} />
      <Line />
      <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
        {children}
      </main>
      <ShortcutsDialog open={showsKeys} onOpenChange={setShowsKeys} />
      {showsPalette && (
        <Suspense fallback={null}>
          <Palette onClose={() => setShowsPalette(false)} onKeys={() => setShowsKeys(true)} />
        </Suspense>
      )}
    </div>
  );
}
