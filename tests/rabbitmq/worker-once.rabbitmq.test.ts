import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { serveAgent } from "@throughline/rabbitmq";
import { expect, test } from "vitest";
import { Stranger, world } from "../support/broker.ts";
import { manualAgent } from "../support/manual-agent.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

const request = {
  type: "request.start",
  requestId: "r1",
  runId: "run-1",
  agent: "manual",
  userQuery: "do it",
  context: {},
  input: {
    threadId: "request:r1",
    runId: "run-1",
    messages: [],
    tools: [],
    context: [],
    state: {},
    forwardedProps: {},
  },
};

/** A way to the broker on which nothing gets there any more once a request has come back over it. */
async function deafAfterRequest(url: string) {
  const { port, hostname } = new URL(url);
  const sockets: Socket[] = [];
  const asked = Promise.withResolvers<void>();
  let deaf = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.push(near, far);
    near.on("data", (data) => void (deaf || far.write(data)));
    far.on("data", (data) => {
      deaf ||= data.includes('"type":"request.start"');
      near.write(data, () => deaf && asked.resolve());
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined).on("close", () => other.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const here = new URL(url);
  here.port = String((server.address() as AddressInfo).port);
  return {
    url: here.href,
    asked: asked.promise,
    /** Cuts every connection, and takes no other. */
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test.skipIf(noBroker !== undefined)(
  "R4: a request whose acknowledgement is lost is worked on by one of two workers",
  async () => {
    await using node = await RabbitNode.start();
    await using stranger = await Stranger.at(node.url);
    await stranger.exchanges();
    const way = await deafAfterRequest(node.url);
    const [first, second] = [manualAgent(), manualAgent()];
    const unheard = serveAgent({ ...world, broker: way.url, agent: first.agent });
    await stranger.untilAsked("manual");
    await stranger.ask(request);
    await way.asked;
    const heard = serveAgent({ ...world, broker: node.url, agent: second.agent });
    way.cut();
    await second.next();
    expect([unheard.active, heard.active]).toEqual([0, 1]);
    await Promise.all([unheard.close(0), heard.close(0)]);
  },
);
