import type { ReactNode } from "react";
import { agentTag } from "../transcript/agent-tag.ts";

export interface PresenceWatcher {
  readonly client_id: string;
  readonly name: string | null;
  readonly typing: boolean;
}

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
          <li key={watcher.client_id} data-typing={watcher.typing} title={nameOf(watcher, self)}>
            {children === undefined ? <Initial watcher={watcher} self={self} /> : children(watcher)}
          </li>
        ))}
        {more > 0 && <li data-tl="more">+{more}</li>}
      </ul>
      <span role="status" data-tl="detail">
        {typingWords(watchers.filter((watcher) => watcher.typing && watcher.client_id !== self))}
      </span>
    </div>
  );
}

interface InitialProps {
  readonly watcher: PresenceWatcher;
  readonly self: string | null;
}

function Initial({ watcher, self }: InitialProps) {
  const name = nameOf(watcher, self);
  return (
    <span
      data-tl="avatar"
      data-hue={agentTag(watcher.name ?? watcher.client_id, null).hue}
      role="img"
      aria-label={name}
    >
      {(watcher.name ?? (watcher.client_id === self ? "You" : "?")).charAt(0).toUpperCase()}
    </span>
  );
}

function nameOf({ client_id: id, name }: PresenceWatcher, self: string | null): string {
  return id === self ? `${name ?? "You"} (you)` : (name ?? "Somebody");
}

function typingWords(typing: readonly PresenceWatcher[]): string {
  const names = typing.map(({ name }) => name ?? "Somebody");
  if (names.length === 0) return "";
  if (names.length > 2) return `${names.length} people are typing`;
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} typing`;
}
