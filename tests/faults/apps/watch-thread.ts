import type { Thread } from "@throughline/client";
import type { ThreadView } from "@throughline/protocol";
import { type Entry, hashOf } from "../history.ts";

type Told = Pick<Entry, "op" | "phase" | "seq" | "hash"> & Pick<Entry, "code" | "flag">;

/** Puts on record all that a thread tells whoever looks at it. @returns ends it */
export function watchThread(
  thread: Thread,
  ports: { readonly record: (entry: Told) => void; readonly isDurable: (seq: number) => boolean },
): () => void {
  let shownSeq = -1;
  const ends = [
    thread.on("view", ({ view, reason }) =>
      ports.record({ op: "reset", phase: "ok", code: reason ?? "first", ...summary(view) }),
    ),
    thread.events(({ seq, event }) =>
      ports.record({
        op: "deliver",
        phase: "ok",
        seq,
        hash: hashOf(JSON.stringify(event)),
        flag: ports.isDurable(seq),
      }),
    ),
    thread.view.subscribe(() => {
      const { seq, hash } = shown(thread);
      if (seq !== shownSeq) ports.record({ op: "resume", phase: "ok", code: "shows", seq, hash });
      shownSeq = seq;
    }),
  ];
  return () => ends.forEach((end) => end());
}

/** What a page shows of a thread, as a record has it. */
export function shown(thread: Thread): { seq: number; hash: string } {
  return summary(thread.view.get().view);
}

/** A view as a record has it. */
export function summary(view: ThreadView): { seq: number; hash: string } {
  return { seq: view.lastSeq, hash: hashOf(JSON.stringify(view, sorted)) };
}

/** One order of keys: a view may have been folded here, or there and sent. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
