// The process of a consumer that takes messages from a queue, acknowledges them and does nothing else.
import { connect } from "amqplib";
import { readTask, serveParent } from "../lib/child.ts";

/** What the consumer is told. */
export interface Consumed {
  readonly broker: string;
  readonly queue: string;
  /** Messages that may be here unacknowledged; the gateway's number. */
  readonly prefetch: number;
  readonly messages: number;
}

const { broker, queue, prefetch, messages } = readTask<Consumed>();
const model = await connect(broker);
const channel = await model.createChannel();
await channel.prefetch(prefetch);
let taken = 0;
const all = Promise.withResolvers<void>();
await channel.consume(queue, (message) => {
  if (message === null) return;
  channel.ack(message);
  taken += 1;
  if (taken === messages) all.resolve();
});

serveParent({ ready: () => true, taken: () => all.promise, close: () => model.close() });
