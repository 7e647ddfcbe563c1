import { Dialog } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { Keyboard, MessageSquareText, MoonStar, Unplug } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useCallback } from "react";
import type { ReactNode } from "react";
import { exactTime, shortId } from "../ui/format.ts";
import { NEW_RUN, PLACES, TOOLS } from "./navigation.ts";
import { navigate, threadPath } from "./router.tsx";
import { useServices } from "./services.ts";
import { cycleTheme } from "./theme-toggle.tsx";
import { useFetched } from "./use-fetched.ts";

interface PaletteProps {
  readonly onClose: () => void;
  readonly onKeys: () => void;
}

const RECENT = 12;

/** Everything there is, by name: pages, the latest runs, what can be done. */
export default function Palette({ onClose, onKeys }: PaletteProps) {
  const { pages, network } = useServices();
  const [recent] = useFetched(
    useCallback((signal: AbortSignal) => pages.threads({ limit: RECENT }, signal), [pages]),
    true,
  );
  const run = (action: () => void) => () => {
    onClose();
    action();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-canvas/70" />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center p-4 pt-[12vh]">
          <Dialog.Popup className="w-full max-w-xl overflow-hidden rounded-card border border-hairline bg-raised shadow-float">
            <Dialog.Title className="sr-only">Go anywhere</Dialog.Title>
            <Command loop label="Go anywhere">
              <Command.Input
                autoFocus
                placeholder="Search pages, runs and actions"
                className="h-12 w-full border-b border-hairline bg-transparent px-4 text-base outline-none placeholder:text-quiet max-md:text-lg"
              />
              <Command.List className="max-h-[min(420px,60dvh)] overflow-y-auto p-1.5">
                <Command.Empty className="p-6 text-center text-sm text-quiet">Nothing is called that.</Command.Empty>
                <Group heading="Pages">
                  {[NEW_RUN, ...PLACES, ...TOOLS].map(({ path, label, icon, hint }) => (
                    <Item
                      key={path}
                      value={`page ${label} ${hint}`}
                      icon={icon}
                      hint={hint}
                      onSelect={run(() => navigate(path))}
                    >
                      {label}
                    </Item>
                  ))}
                </Group>
                {recent.status === "ready" && recent.value.items.length > 0 && (
                  <Group heading="Latest runs">
                    {recent.value.items.map(({ id, title, updated_at: updatedAt }) => (
                      <Item
                        key={id}
                        value={`run ${title} ${id}`}
                        icon={MessageSquareText}
                        hint={exactTime(updatedAt)}
                        onSelect={run(() => navigate(threadPath(id)))}
                      >
                        {title === "" ? shortId(id, 24) : title}
                      </Item>
                    ))}
                  </Group>
                )}
                <Group heading="Actions">
                  <Item value="action kill my connection" icon={Unplug} onSelect={run(() => network.kill())}>
                    Kill my connection
                  </Item>
                  <Item value="action change the theme dark light" icon={MoonStar} onSelect={run(cycleTheme)}>
                    Change the theme
                  </Item>
                  <Item value="action keyboard shortcuts" icon={Keyboard} onSelect={run(onKeys)}>
                    Keyboard shortcuts
                  </Item>
                </Group>
              </Command.List>
            </Command>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-quiet"
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  readonly value: string;
  readonly icon: LucideIcon;
  readonly hint?: string;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

function Item({ value, icon: Icon, hint, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-3 rounded-control px-2.5 text-sm data-[selected=true]:bg-sunken"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-quiet" />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint !== undefined && <span className="truncate text-xs text-quiet max-md:hidden">{hint}</span>}
    </Command.Item>
  );
}
