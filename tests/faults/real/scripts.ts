import { type AguiEvent, EventType } from "@throughline/protocol";
import { type Evidence, isFork } from "../judge/evidence.ts";
import { type Slice, slicesOf } from "../judge/slices.ts";

/**
 * What the `scripted` agent must have written: the first so many of its tokens, in order, and all of
 * them when it came to its end; else its run was cut, and says so.
 */
export function judgeScripts({ threads }: Pick<Evidence, "threads">): string[] {
  return [...threads]
    .filter(([thread]) => !isFork(thread))
    .flatMap(([thread, { events }]) => slicesOf(thread, events).slices.flatMap(judgeSlice));
}

function judgeSlice({ runId, events }: Slice): string[] {
  const wanted = Number(/tokens=(\d+)/.exec(textOf(events[0]))?.[1] ?? Number.NaN);
  const said = events.flatMap((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event.delta] : []));
  const wrong = said.findIndex((delta, index) => delta !== `t${index} `);
  const last = events.at(-1);
  if (wrong >= 0) return [`L: ${runId} says ${JSON.stringify(said[wrong])} as its token ${wrong}`];
  if (last?.type === EventType.RUN_FINISHED)
    return said.length === wanted ? [] : [`L: ${runId} is complete with ${said.length} of ${wanted} tokens`];
  const lost = last?.type === EventType.RUN_ERROR && last.code === "worker_lost";
  return lost ? [] : [`R3: ${runId} was cut and ended with ${JSON.stringify(last)}`];
}

function textOf(started: AguiEvent | undefined): string {
  const content = started?.type === EventType.RUN_STARTED ? started.input?.messages.at(-1)?.content : undefined;
  return typeof content === "string" ? content : "";
}

/** How many runs ended with `worker_lost`. */
export function cutRuns({ threads }: Pick<Evidence, "threads">): number {
  const terminals = [...threads.values()].flatMap(({ events }) => events);
  return terminals.filter((event) => event.type === EventType.RUN_ERROR && event.code === "worker_lost").length;
}
