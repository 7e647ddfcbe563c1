import { ThroughlineError } from "../errors.ts";
import type { ThreadView } from "./view.ts";
import { emptyView } from "./empty.ts";

/**
 * The view on the wire: what `GET /api/v1/threads/{id}` answers. Our own objects have snake_case keys;
 * messages, state, interrupts and tasks are not ours to rename and stay as they are.
 */

type SnakeCase<Text extends string> = Text extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Text;
type SnakeKeys<T> = { readonly [Key in keyof T & string as SnakeCase<Key>]: T[Key] };

/** Lists of our own objects. */
const OWN_LISTS = [
  "runs",
  "withdrawnRuns",
  "toolCalls",
  "subagents",
  "steps",
  "chart",
  "charts",
  "artifacts",
  "pendingInterrupts",
  "answeredInterrupts",
  "open",
] as const satisfies readonly (keyof ThreadView)[];
type OwnList = (typeof OWN_LISTS)[number];

/** The JSON of a thread's view. */
export type ThreadJson = SnakeKeys<Omit<ThreadView, OwnList | "threadId">> & {
  readonly id: string;
  readonly epoch: string;
} & { readonly [Key in OwnList as SnakeCase<Key>]: readonly SnakeKeys<ThreadView[Key][number]>[] };

/** The view as JSON, with the epoch its `last_seq` belongs to. */
export function encodeView(view: ThreadView, epoch: string): ThreadJson {
  const { threadId, ...rest } = view;
  const fields: Record<string, unknown> = { ...rest };
  for (const key of OWN_LISTS) fields[key] = view[key].map((item) => renamed(item, snakeCase));
  return { id: threadId, epoch, ...renamed(fields, snakeCase) } as unknown as ThreadJson;
}

/**
 * The view and its epoch from their JSON, so that later events can be folded into it.
 * @throws ThroughlineError `invalid_input` where the JSON is no thread's
 */
export function decodeView(json: unknown): { readonly view: ThreadView; readonly epoch: string } {
  if (!isThread(json)) throw new ThroughlineError("invalid_input", "This is not the JSON of a thread.");
  const { id, epoch, ...rest } = json;
  const known = Object.keys(emptyView(id));
  const fields = Object.fromEntries(Object.entries(renamed(rest, camelCase)).filter(([key]) => known.includes(key)));
  for (const key of OWN_LISTS) {
    const list: unknown = fields[key];
    if (Array.isArray(list)) fields[key] = list.map((item: object) => renamed(item, camelCase));
  }
  // A server that is older than this client lacks what it does not know; a newer one has more.
  return { view: { ...emptyView(id), ...(fields as Partial<ThreadView>) }, epoch };
}

function isThread(json: unknown): json is { id: string; epoch: string; last_seq: number } {
  if (typeof json !== "object" || json === null) return false;
  const { id, epoch, last_seq: lastSeq } = json as Readonly<Record<string, unknown>>;
  return typeof id === "string" && typeof epoch === "string" && Number.isSafeInteger(lastSeq);
}

function renamed(object: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]: [string, unknown]) => [rename(key), value]));
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
