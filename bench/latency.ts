/**
 * Latency: 100 sessions that each stream 25 tokens a second to a client of their own, every token
 * durable at the level `full` before it is sent. Measured from the agent's emitting a token to its
 * receipt in another process over loopback, beside Socket.IO, which keeps nothing, under the same load
 * in the same run. Exits with 1 when the target is missed.
 *
 *     node --conditions=@throughline/source bench/latency.ts
 */
import { runCase, type Result } from "./fanout/run-case.ts";
import type { Kind } from "./fanout/task.ts";

const SESSIONS = 100;
const TOKENS_PER_SECOND = 25;
const MEASURED_MS = 10_000;
/** Emit to receipt, p99. */
const TARGET_MS = 20;
/** Below this share of the tokens due, the server did not keep up and its latencies mean nothing. */
const LEAST_SHARE = 0.95;

console.log(`${SESSIONS} sessions, ${TOKENS_PER_SECOND} tokens/s each, ${MEASURED_MS / 1_000} s`);
const ours = await measure("throughline");
await measure("socket.io");
const misses = problemsOf(ours);
console.log(
  misses.length === 0 ? `\nemit to receipt p99 below ${TARGET_MS} ms: reached` : `\nMISSED: ${misses.join("; ")}`,
);
process.exitCode = misses.length === 0 ? 0 : 1;

async function measure(kind: Kind): Promise<Result> {
  const result = await runCase(
    { kind, threads: SESSIONS, subscribers: SESSIONS, rate: TOKENS_PER_SECOND },
    MEASURED_MS,
  );
  const { p50Ms, p99Ms, perSecond, server } = result;
  const cells = [
    `  ${kind.padEnd(12)}`,
    `p50 ${p50Ms.toFixed(2)} ms`,
    `p99 ${p99Ms.toFixed(2)} ms`,
    `${Math.round(perSecond).toLocaleString("en")} tokens/s`,
    `server ${server.cores.toFixed(2)} cores`,
    `loop p99 ${server.loopDelayP99Ms.toFixed(1)} ms`,
  ];
  console.log(cells.join("  "));
  return result;
}

function problemsOf({ p99Ms, perSecond, checked }: Result): string[] {
  const due = SESSIONS * TOKENS_PER_SECOND;
  return [
    ...(p99Ms < TARGET_MS ? [] : [`p99 ${p99Ms.toFixed(1)} ms, target ${TARGET_MS} ms`]),
    ...(perSecond >= LEAST_SHARE * due ? [] : [`${Math.round(perSecond)} of ${due} tokens/s`]),
    ...(checked.gaps === 0 ? [] : [`${checked.gaps} gaps`]),
  ];
}
