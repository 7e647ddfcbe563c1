import { scripted } from "@throughline/agents";
import { createGateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { createLogger } from "../src/server/logger.ts";

/** What a busy server writes about its work, at its most talkative. */

const REQUESTS = 50;
const SECRET = "hunter2";

describe("the server's log", () => {
  test("A2: has no secret of a request, and at info nothing that comes with each request or run", async () => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): number => lines.push(JSON.parse(line) as Record<string, unknown>);
    const logger = createLogger({ level: "debug", readable: false, write });
    const log = createMemoryLog({ clock: systemClock, random: systemRandom });
    const gateway = await createGateway({ log, logger, agents: [scripted, failing()] });
    const headers = {
      authorization: `Bearer ${SECRET}`,
      cookie: SECRET,
      host: "127.0.0.1",
      "content-type": "application/json",
    };
    const ask = (path: string, body?: object): Promise<Response> =>
      gateway.fetch(
        new Request(`http://127.0.0.1${path}?token=${SECRET}`, {
          headers,
          ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
        }),
      );
    for (let i = 0; i < REQUESTS; i += 1) {
      await ask("/nothing");
      await ask("/api/v1/threads/none");
      await ask(`/api/v1/threads/t${i}/runs`, { agent: "scripted", input: "tokens=1 interval=0" });
      await ask(`/api/v1/threads/f${i}/runs`, { agent: "failing", input: "go" });
    }
    await gateway.close();
    await log.close();
    expect(lines.filter(({ msg }) => msg === "agent threw").length).toBe(REQUESTS);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines.filter(({ level }) => level === "info").length).toBeLessThan(3);
  });
});

/** An agent whose error quotes what it should not. */
function failing(): Parameters<typeof createGateway>[0]["agents"][number] {
  return {
    name: "failing",
    // oxlint-disable-next-line require-yield -- it fails before it has anything to say
    run: async function* () {
      throw new Error(`upstream refused: Authorization: Bearer ${SECRET}`);
    },
  };
}
