import { verifyEvents } from "@ag-ui/client";
import type { AguiEvent, RunAgentInput } from "@throughline/protocol";
import { EventType } from "@throughline/protocol";
import { RunGrammar } from "@throughline/protocol/run";
import { from } from "rxjs";
import { expect } from "vitest";
import { framed } from "./stage.ts";

/** What AG-UI's own verifier says against these events; undefined = nothing. */
export function verdict(events: readonly AguiEvent[]): string | undefined {
  let problem: string | undefined;
  from(events as Parameters<typeof from>[0] as never[])
    .pipe(verifyEvents())
    .subscribe({ error: (error: Error) => (problem = error.message) });
  return problem;
}

/**
 * Holds an agent's output against AG-UI: every event against our grammar (official schema and
 * payload schemas included), the whole run against the official verifier, and so every prefix of it
 * with what is open closed.
 * @param every judges each n-th prefix only, where the run is long
 */
export function judge(events: readonly AguiEvent[], input: RunAgentInput, every = 1): void {
  const whole = framed(events, input);
  const grammar = new RunGrammar(input);
  for (const [index, event] of whole.entries()) {
    expect(grammar.accept(event)).toBeUndefined();
    expect(JSON.parse(JSON.stringify(event)), "undefined or null where a field should be absent").toStrictEqual(event);
    if (index % every !== 0 || grammar.terminated) continue;
    const end: AguiEvent = { type: EventType.RUN_ERROR, message: "cut" };
    expect(verdict([...whole.slice(0, index + 1), ...grammar.closings(0), end])).toBeUndefined();
  }
  expect(verdict(whole)).toBeUndefined();
}
