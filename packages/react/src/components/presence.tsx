import type { ReactNode } from "react";
import { type PresenceWatcher, typingWords, watcherTag, type WatcherTag } from "../transcript/watcher-tag.ts";

export interface PresenceProps {
  /** The first of them; `total` counts all. */
  readonly watchers: readonly PresenceWatcher[];
  readonly total?: number;
  /** The client id of who looks at this, who is left out of who types. */
  readonly self?: string | null;
  /** How many are shown by name. Default 5. */
  readonly limit?: number;
  readonly className?: string;
  /** Shows one of them; default their initial. */
  readonly children?: (watcher: PresenceWatcher) => ReactNode;
}

/** Who watches, and who is typing. Shows nothing while nobody is known to. */
export function Presence({ watchers, total = watchers.length, self = null, limit = 5, ...rest }: PresenceProps) {
  const { className, children } = rest;
  if (watchers.length === 0) return null;
  const shown = watchers.slice(0, limit);
  const more = total - shown.length;
  return (
    <div data-tl="presence" className={className}>
      <ul aria-label={`${total} watching`}>
        {shown.map((watcher) => (
          <li key={watcher.client_id} data-typing={watcher.typing} title={watcherTag(watcher, self).name}>
            {children === undefined ? <Initial {...watcherTag(watcher, self)} /> : children(watcher)}
          </li>
        ))}
        {more > 0 && <li data-tl="more">+{more}</li>}
      </ul>
      <span role="status" data-tl="detail">
        {typingWords(watchers, self)}
      </span>
    </div>
  );
}

function Initial({ name, initial, hue, isSelf }: WatcherTag) {
  return (
    <span data-tl="avatar" data-hue={hue} role="img" aria-label={name}>
      {initial ?? (isSelf ? "Y" : "?")}
    </span>
  );
}
