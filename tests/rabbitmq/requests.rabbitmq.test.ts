import { afterAll, beforeAll, describe } from "vitest";
import { Stranger } from "../support/broker.ts";
import { noBroker, RabbitNode } from "../support/rabbitmq-node.ts";
import { describeRequests } from "../support/request-suite.ts";
import { ServerPlace } from "../support/server-place.ts";

/** The same suite as in the gateway's process (tests/acceptance), behind a broker, on a real server. */

if (noBroker !== undefined) process.stdout.write(`skipped: ${noBroker}\n`);

let node: RabbitNode;
let place: ServerPlace;

describe.skipIf(noBroker !== undefined)("with RabbitMQ", () => {
  beforeAll(async () => {
    node = await RabbitNode.start();
    const agents = ["scripted", "planner-executor"];
    place = await ServerPlace.open(node.url, {
      agents: agents.join(","),
      env: { THROUGHLINE_REQUEST_AGENT: "scripted" },
    });
    await using stranger = await Stranger.at(node.url);
    for (const agent of agents) await stranger.untilAsked(agent);
  });
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  describeRequests("behind a broker", () => place);
});
