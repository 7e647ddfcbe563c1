import { createMemoryLog } from "@throughline/log";
import { expect, test } from "vitest";
import { createGateway, systemClock, systemRandom } from "../src/index.ts";

test.each([
  ["a body that is no JSON by its type", { "content-type": "text/plain" }, "{}"],
  ["no body where one is needed", { "content-type": "application/json" }, ""],
])("A3: %s is the client's to correct", async (_name, headers, body) => {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const gateway = await createGateway({ log, agents: [] });
  const url = "http://127.0.0.1/api/v1/threads/t/runs";
  const response = await gateway.fetch(
    new Request(url, { method: "POST", headers: { host: "127.0.0.1", ...headers }, body }),
  );
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "invalid_input" } });
  await gateway.close();
  await log.close();
});
