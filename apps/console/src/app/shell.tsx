import { Keyboard, Plus } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { Link as LinkState } from "../live/link.ts";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { ConnectionPill } from "./connection-pill.tsx";
import { Line } from "./line.tsx";
import { Logo } from "./logo.tsx";
import { Link, navigate } from "./router.tsx";
import { useServices } from "./services.ts";
import { useShortcuts } from "./shortcuts.ts";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { cycleTheme, ThemeToggle } from "./theme-toggle.tsx";
import { useStore } from "./use-store.ts";

interface ShellProps {
  readonly link: LinkState;
  readonly activity?: number;
  /** Whether the page follows a thread. */
  readonly follows: boolean;
  readonly onRetry: () => void;
  /** What stands beside the name. */
  readonly heading?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: the header, and under it the line. */
export function Shell({ link, activity = 0, follows, onRetry, heading, children }: ShellProps) {
  const { probe } = useServices();
  const latency = useStore(probe.latency);
  const [showsKeys, setShowsKeys] = useState(false);
  useShortcuts(useMemo(() => ({ "?": () => setShowsKeys(true), n: () => navigate("/"), t: cycleTheme }), []));
  // A new connection deserves a new measurement, not the one from before the break.
  useEffect(() => probe.start(), [probe, link.phase]);
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only rounded-control bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to content
      </a>
      <header className="flex h-12 shrink-0 items-center gap-3 px-3 md:px-4">
        <Link
          href="/"
          className="flex items-center gap-2 rounded-control pr-1 text-base font-semibold tracking-tight"
          aria-label="Throughline, start page"
        >
          <Logo />
          <span className="max-md:sr-only">Throughline</span>
        </Link>
        <div className="flex min-w-0 flex-1 items-center gap-2">{heading}</div>
        {follows && (
          <Tooltip content="New thread (n)">
            <Button tone="ghost" size="icon" aria-label="New thread" onClick={() => navigate("/")}>
              <Plus aria-hidden />
            </Button>
          </Tooltip>
        )}
        <Tooltip content="Keyboard (?)">
          <Button
            tone="ghost"
            size="icon"
            aria-label="Keyboard shortcuts"
            className="max-md:hidden"
            onClick={() => setShowsKeys(true)}
          >
            <Keyboard aria-hidden />
          </Button>
        </Tooltip>
        <ThemeToggle />
        <ConnectionPill link={link} latency={latency} follows={follows} onRetry={onRetry} />
      </header>
      <Line link={link} activity={activity} />
      <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
        {children}
      </main>
      <ShortcutsDialog open={showsKeys} onOpenChange={setShowsKeys} />
    </div>
  );
}
