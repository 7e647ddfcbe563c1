import { plannerExecutor, scripted, systemHttpGet, systemMarketData } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { afterAll, beforeAll } from "vitest";
import { startServer, type TestServer } from "../support/gateway.ts";
import { describeRequests } from "../support/request-suite.ts";

/** The same suite as behind a broker (tests/rabbitmq), without one. */

let server: TestServer;
beforeAll(async () => {
  const http = systemHttpGet({ clock: systemClock, allow: [] });
  const planner = plannerExecutor({ data: systemMarketData(), http, random: systemRandom, pace: 0 });
  server = await startServer({ agents: [scripted, planner], requestAgent: "scripted" });
});
afterAll(() => server[Symbol.asyncDispose]());

describeRequests("in the gateway's process", () => server);
