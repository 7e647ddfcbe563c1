import type { ApiEnv } from "./context.ts";

/** Under Node a response can be dropped with its connection; other hosts give no such means. */
export function breakOff(env: ApiEnv["Bindings"] | undefined): (() => void) | undefined {
  const outgoing = env?.outgoing;
  return outgoing === undefined ? undefined : () => void outgoing.destroy();
}
