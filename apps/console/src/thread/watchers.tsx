import { User } from "lucide-react";
import { Presence, usePresence, watcherTag } from "@throughline/react";
import { Tooltip } from "../ui/tooltip.tsx";

/** Who watches this thread, and who types in it. */
export function Watchers({ threadId }: { readonly threadId: string }) {
  const { watchers, total, self } = usePresence(threadId);
  return (
    <Presence
      watchers={watchers}
      total={total}
      self={self}
      limit={4}
      className="flex shrink-0 items-center gap-2 text-xs text-quiet [&_ul]:flex [&_ul]:-space-x-1.5"
    >
      {(watcher) => {
        const { name, initial, hue, isSelf } = watcherTag(watcher, self);
        const words = isSelf ? `${name}, in any tab of this browser` : name;
        return (
          <Tooltip content={watcher.typing ? `${words}; typing` : words}>
            <span
              role="img"
              aria-label={words}
              data-testid="watcher"
              data-hue={hue}
              className="grid size-6 place-items-center rounded-full border border-surface bg-sunken text-agent"
            >
              {initial ?? <User aria-hidden className="size-3.5" />}
            </span>
          </Tooltip>
        );
      }}
    </Presence>
  );
}
