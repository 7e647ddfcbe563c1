// The process of all subscribers of one case.
import { readTask, serveParent } from "../lib/child.ts";
import { startMeter } from "../lib/meter.ts";
import { quantile } from "../lib/quantile.ts";
import { Subscriber, type Tally } from "./subscriber.ts";
import type { Load } from "./task.ts";

/** What came since the mark, and how it ended. */
export interface Received {
  readonly messages: number;
  readonly bytes: number;
  readonly seconds: number;
  /** CPU of the load process; near 1 it is the client that is measured. */
  readonly cores: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Whether every subscriber got everything, once the server is silent. */
export interface Checked {
  readonly gaps: number;
  readonly fewest: number;
  readonly most: number;
}

const AT_ONCE = 50;

const { case: task, port } = readTask<Load>();
const tally: Tally = { messages: 0, gaps: 0, latencies: [] };
const subscribers: Subscriber[] = [];
for (let i = 0; i < task.subscribers; i += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, task.subscribers - i) }, (_, n) => i + n);
  subscribers.push(...(await Promise.all(some.map((index) => Subscriber.open(task, port, index, tally)))));
}
let stopMeter = startMeter();
let bytesBefore = 0;

serveParent({
  joined: () => subscribers.length,
  mark: () => {
    tally.messages = 0;
    tally.latencies.length = 0;
    bytesBefore = bytes();
    stopMeter();
    stopMeter = startMeter();
  },
  read: (): Received => {
    const { seconds, cores } = stopMeter();
    const { messages, latencies } = tally;
    return {
      messages,
      bytes: bytes() - bytesBefore,
      seconds,
      cores,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  },
  check: (): Checked => {
    const ends = subscribers.map(({ last }) => last);
    return { gaps: tally.gaps, fewest: Math.min(...ends), most: Math.max(...ends) };
  },
});

function bytes(): number {
  return subscribers.reduce((sum, subscriber) => sum + subscriber.bytes, 0);
}
