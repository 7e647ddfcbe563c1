import { useEffect, useRef, useState } from "react";
import type { Entry } from "../transcript/transcript.ts";
import { VISUALLY_HIDDEN } from "./visually-hidden.ts";

/**
 * Tells a screen reader what happened, in whole pieces: who begins, each finished text, how the run
 * ended. The text as it is written would be read out letter by letter.
 */
export function Announcer({ entries }: { readonly entries: readonly Entry[] }) {
  const said = useRef<Set<string> | null>(null);
  const [message, setMessage] = useState("");
  useEffect(() => {
    const all = entries.flatMap(announcements);
    // What was there when the page came up is read in its place, not announced.
    if (said.current === null) {
      if (entries.length > 0) said.current = new Set(all.map(([id]) => id));
      return;
    }
    const fresh = all.filter(([id]) => said.current?.has(id) !== true);
    for (const [id] of fresh) said.current.add(id);
    if (fresh.length > 0) setMessage(fresh.map(([, text]) => text).join(". "));
  }, [entries]);
  return (
    <p aria-live="polite" style={VISUALLY_HIDDEN}>
      {message}
    </p>
  );
}

function announcements(entry: Entry): readonly (readonly [id: string, text: string])[] {
  if (entry.kind === "user") return [];
  if (entry.kind === "answered") return [[entry.id, `Answered: ${entry.answer ?? "nothing"}`]];
  if (entry.kind === "ended") return [[entry.id, ENDED[entry.run.status] ?? "The run has ended"]];
  const name = entry.agent?.name ?? "Agent";
  const texts = entry.parts.flatMap((part) =>
    part.kind === "text" && !part.isOpen ? [[part.id, `${name}: ${part.text}`] as const] : [],
  );
  return [[entry.id, `${name} is working`], ...texts];
}

const ENDED: Readonly<Record<string, string>> = {
  completed: "The run is done",
  cancelled: "The run was stopped",
  failed: "The run was cut short by an error",
};
