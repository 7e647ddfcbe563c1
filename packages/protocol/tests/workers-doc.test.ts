import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BrokerAgentMessage, BrokerControlMessage, BrokerRequestMessage } from "../src/frames/broker.ts";

/** Everything that docs/workers.md shows is a message as the gateway reads and writes it. */

const page = readFileSync(new URL("../../../docs/workers.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = ""]) => JSON.parse(text) as { type: string });
const rows = [...page.matchAll(/^\| `([a-z.]+)` \| [^|]+ \| (.*) \|$/gm)].map(([, type = "", cell = ""]) => {
  const data = /`(\{.*?\})`/.exec(cell)?.[1];
  return { type, data: data === undefined ? {} : (JSON.parse(data) as object) };
});
const said = rows.filter(({ type }) => BrokerAgentMessage.options.some((option) => option.shape.type.value === type));

describe("docs/workers.md", () => {
  test("lists every message of a worker, each with data that are valid", () => {
    const types = BrokerAgentMessage.options.map((option) => option.shape.type.value);
    expect(said.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
    const about = { requestId: "r1", runId: "run-1", agent: "executor-agent" };
    for (const { type, data } of said) {
      expect(BrokerAgentMessage.safeParse({ type, ...about, data }), type).toMatchObject({ success: true });
    }
  });

  test("shows whole messages that are valid", () => {
    expect(blocks.map(({ type }) => type)).toEqual(["request.start", "request.feedback", "executor.step.progress"]);
    for (const block of blocks) {
      const schema = block.type.startsWith("request.") ? BrokerRequestMessage : BrokerAgentMessage;
      expect(schema.safeParse(block), block.type).toMatchObject({ success: true });
    }
  });

  test("names what all workers are told", () => {
    const types = BrokerControlMessage.options.map((option) => option.shape.type.value);
    for (const type of types) expect(page).toContain(`"${type}"`);
  });
});
