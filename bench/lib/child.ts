import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of a benchmark's own that carries out one request at a time. */
export interface Child {
  ask<Answer>(request: string): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * Starts `file`, which must call {@link serveParent}.
 * @param task handed to it as JSON
 */
export function startChild(file: string, task: unknown, flags: readonly string[] = []): Child {
  const path = new URL(`../${file}`, import.meta.url);
  const child = fork(path, [JSON.stringify(task)], { execArgv: [...process.execArgv, ...flags] });
  return { ask: (request) => ask(child, request), stop: () => stop(child) };
}

async function ask<Answer>(child: ChildProcess, request: string): Promise<Answer> {
  const died = new AbortController();
  const handleExit = (): void => died.abort(new Error(`the process died during "${request}"`));
  child.once("exit", handleExit);
  try {
    child.send(request);
    const [answer] = await once(child, "message", { signal: died.signal });
    return answer as Answer;
  } finally {
    child.off("exit", handleExit);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.disconnect();
  await exit;
}

/** What the parent has started this process for. */
export function readTask<Task>(): Task {
  return JSON.parse(process.argv[2] ?? "{}") as Task;
}

/** Answers the parent's requests, until it lets go. */
export function serveParent(requests: Readonly<Record<string, () => unknown>>): void {
  process.on("message", (request: string) => void answer(requests, request));
  process.on("disconnect", () => process.exit());
}

async function answer(requests: Readonly<Record<string, () => unknown>>, request: string): Promise<void> {
  const result: unknown = await requests[request]?.();
  process.send?.(result ?? null);
}
