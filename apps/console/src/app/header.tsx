import { Menu } from "@base-ui/react/menu";
import { Command, Menu as MenuIcon } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import { ConnectionPill } from "./connection-pill.tsx";
import { Logo } from "./logo.tsx";
import { NEW_RUN, PLACES, TOOLS } from "./navigation.ts";
import type { Place } from "./navigation.ts";
import { Link, navigate } from "./router.tsx";
import type { Route } from "./router.tsx";
import { MOD } from "./shortcuts.ts";
import { ThemeToggle } from "./theme-toggle.tsx";
import { useOpenQuestions } from "./use-open-questions.ts";

interface HeaderProps {
  readonly page: Route["page"];
  readonly onPalette: () => void;
}

/** The header: where one can go, and how the connection is. */
export function Header({ page, onPalette }: HeaderProps) {
  const questions = useOpenQuestions();
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 px-3 md:px-4">
      <Link
        href="/"
        className="mr-2 flex items-center gap-2 rounded-control pr-1 text-base font-semibold tracking-tight"
        aria-label="Throughline, start page"
      >
        <Logo />
        <span className="max-md:sr-only">Throughline</span>
      </Link>
      <nav aria-label="Pages" className="flex min-w-0 flex-1 items-center max-lg:hidden">
        {PLACES.map((place) => (
          <Tab key={place.path} place={place} isHere={place.pages.includes(page)} count={badge(place, questions)} />
        ))}
      </nav>
      <span className="flex-1 lg:hidden" />
      <Tooltip content={`Go anywhere (${MOD} K)`}>
        <Button
          tone="ghost"
          size="small"
          className="text-xs max-lg:hidden"
          aria-label={`Go anywhere, ${MOD} K`}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={onPalette}
        >
          {MOD} K
        </Button>
      </Tooltip>
      {TOOLS.map((place) => (
        <Tooltip key={place.path} content={place.label}>
          <Link
            href={place.path}
            aria-label={place.label}
            aria-current={place.pages.includes(page) ? "page" : undefined}
            className="grid size-8 place-items-center rounded-control text-quiet transition-colors hover:bg-sunken hover:text-ink aria-[current]:text-ink max-lg:hidden"
          >
            <place.icon aria-hidden className="size-4" />
          </Link>
        </Tooltip>
      ))}
      <ThemeToggle />
      <ConnectionPill />
      <Places page={page} questions={questions} onPalette={onPalette} />
    </header>
  );
}

interface TabProps {
  readonly place: Place;
  readonly isHere: boolean;
  readonly count: number;
}

function Tab({ place, isHere, count }: TabProps) {
  return (
    <Link
      href={place.path}
      aria-current={isHere ? "page" : undefined}
      className={cn(
        "inline-flex h-8 items-center gap-1.5 rounded-control px-2.5 text-sm transition-colors hover:bg-sunken hover:text-ink",
        isHere ? "font-medium text-ink" : "text-quiet",
      )}
    >
      {place.label}
      <Count of={count} />
    </Link>
  );
}

function badge({ path }: Place, questions: number): number {
  return path === "/inbox" ? questions : 0;
}

function Count({ of }: { readonly of: number }) {
  if (of === 0) return null;
  return (
    <span className="nums grid h-4 min-w-4 place-items-center rounded-full bg-violet-soft px-1 text-[11px] leading-none font-medium text-violet">
      <span aria-hidden>{of > 99 ? "99+" : of}</span>
      <span className="sr-only">{of} open</span>
    </span>
  );
}

interface PlacesProps extends HeaderProps {
  readonly questions: number;
}

/** Every place behind one button, where there is no room for them side by side. */
function Places({ page, questions, onPalette }: PlacesProps) {
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label="Pages"
        className="relative grid size-8 place-items-center rounded-control text-quiet hover:bg-sunken hover:text-ink lg:hidden"
      >
        <MenuIcon aria-hidden className="size-4.5" />
        {questions > 0 && <span aria-hidden className="absolute top-1 right-1 size-1.5 rounded-full bg-violet" />}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={8} align="end" className="z-50">
          <Menu.Popup className="w-60 rounded-card border border-hairline bg-raised p-1 shadow-float outline-none">
            {[NEW_RUN, ...PLACES, ...TOOLS].map((place) => (
              <Menu.Item
                key={place.path}
                onClick={() => navigate(place.path)}
                className={cn(
                  "flex h-10 items-center gap-3 rounded-control px-2.5 text-base outline-none data-highlighted:bg-sunken",
                  place.pages.includes(page) && "font-medium text-signal",
                )}
              >
                <place.icon aria-hidden className="size-4" />
                <span className="flex-1">{place.label}</span>
                <Count of={badge(place, questions)} />
              </Menu.Item>
            ))}
            <Menu.Separator className="my-1 h-px bg-hairline" />
            <Menu.Item
              onClick={onPalette}
              className="flex h-10 items-center gap-3 rounded-control px-2.5 text-base outline-none data-highlighted:bg-sunken"
            >
              <Command aria-hidden className="size-4" />
              Go anywhere
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
