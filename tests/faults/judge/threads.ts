import { verifyEvents } from "@ag-ui/client";
import type { AguiEvent } from "@throughline/protocol";
import { from } from "rxjs";
import type { Evidence } from "./evidence.ts";
import { slicesOf } from "./slices.ts";

/** R1, R2: what each thread must look like, whatever happened. */
export function judgeThreads({ threads }: Evidence): string[] {
  return [...threads].flatMap(([thread, { events }]) => {
    const { slices, problems } = slicesOf(thread, events);
    for (const { runId, events: slice, ended } of slices) {
      if (!ended) problems.push(`R1: ${runId} in ${thread} has no terminal event after all is drained`);
      const verdict = official(slice);
      if (verdict !== undefined)
        problems.push(`R2: ${runId} in ${thread} is refused by the official verifier: ${verdict}`);
    }
    return problems;
  });
}

/** What AG-UI's own verifier says against these events; undefined = nothing. */
function official(events: readonly AguiEvent[]): string | undefined {
  let problem: string | undefined;
  from(events as never[])
    .pipe(verifyEvents())
    .subscribe({ error: (error: Error) => (problem = error.message) });
  return problem;
}
