import { transformChunks, verifyEvents } from "@ag-ui/client";
import type { BaseEvent } from "@ag-ui/core";
import { EventSchemas } from "@ag-ui/core/schemas";
import { from } from "rxjs";
import type { AguiEvent } from "../../src/index.ts";

/** Whether AG-UI's own schema and verifier take these events, in this order. */
export function officiallyValid(events: readonly AguiEvent[]): boolean {
  if (!events.every((event) => EventSchemas.safeParse(event).success)) return false;
  let valid = true;
  from(events as unknown as BaseEvent[])
    .pipe(verifyEvents())
    .subscribe({ error: () => (valid = false) });
  return valid;
}

/** What the official client makes of chunks; `undefined` where it refuses them. */
export function officiallyExpanded(events: readonly AguiEvent[]): AguiEvent[] | undefined {
  const out: AguiEvent[] = [];
  let refused = false;
  from(events as unknown as BaseEvent[])
    .pipe(transformChunks())
    .subscribe({ next: (event) => out.push(event as unknown as AguiEvent), error: () => (refused = true) });
  return refused ? undefined : out;
}
