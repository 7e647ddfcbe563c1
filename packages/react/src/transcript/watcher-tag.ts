import { hueOf } from "./agent-tag.ts";

/** Who watches a thread, as it is told of them. */
export interface PresenceWatcher {
  readonly client_id: string;
  readonly name: string | null;
  readonly typing: boolean;
}

/** A watcher as they are shown everywhere: their name, its first letter, their hue. */
export interface WatcherTag {
  /** `Ada`, `Ada (you)`, `You`, `Somebody`. */
  readonly name: string;
  /** Null for who has no name. */
  readonly initial: string | null;
  /** 0 to 7: which of the eight hues (styles/tokens.css). */
  readonly hue: number;
  /** It is this client, in whichever tab. */
  readonly isSelf: boolean;
}

/** @param self the client id of who looks at it; null where that is not known */
export function watcherTag({ client_id: id, name }: PresenceWatcher, self: string | null): WatcherTag {
  const isSelf = id === self;
  return {
    name: name === null ? (isSelf ? "You" : "Somebody") : isSelf ? `${name} (you)` : name,
    initial: name === null ? null : name.charAt(0).toUpperCase(),
    hue: hueOf(name ?? id),
    isSelf,
  };
}

/** `Bo is typing`, for all but who looks at it; empty while nobody is. */
export function typingWords(watchers: readonly PresenceWatcher[], self: string | null): string {
  const names = watchers
    .filter(({ client_id: id, typing }) => typing && id !== self)
    .map((watcher) => watcherTag(watcher, self).name);
  if (names.length === 0) return "";
  if (names.length > 2) return `${names.length} people are typing`;
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} typing`;
}
