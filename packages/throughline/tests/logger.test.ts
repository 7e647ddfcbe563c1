import { describe, expect, test } from "vitest";
import { readableLine } from "../src/server/log-line.ts";
import { createLogger } from "../src/server/logger.ts";

/** A logger and what it has written. */
function capture(readable = false) {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level: "debug", readable, write: (line) => lines.push(line) }) };
}

describe("the logger", () => {
  test("writes one JSON object a line, with level, time, message and fields", () => {
    const { lines, logger } = capture();
    logger.child({ thread: "t1" }).warn("slow", { ms: 12 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "warn",
      time: expect.any(Number),
      thread: "t1",
      ms: 12,
      msg: "slow",
    });
  });

  test.each(["token", "ticket", "authorization", "cookie", "password", "secret", "apiKey"])(
    "A2: never writes a field named %s",
    (name) => {
      const { lines, logger } = capture();
      logger.info("x", { [name]: "hunter2", headers: { [name]: "hunter2" } });
      logger.child({ [name]: "hunter2" }).info("x");
      expect(lines.join("")).not.toContain("hunter2");
    },
  );

  test("A2: never writes a secret of an address, wherever it stands", () => {
    const { lines, logger } = capture();
    const url = "/ws/stream?ticket=hunter2&after=3";
    logger.info(`refused ${url}`, { url, error: new Error(url) });
    expect(lines.join("")).not.toContain("hunter2");
    expect(lines.join("")).toContain("after=3");
  });

  test.each([true, false])("lets no field forge a line or move the cursor (readable: %s)", (readable) => {
    const { lines, logger } = capture(readable);
    const evil = 'x\r\n{"level":"error"}\u001b[2J\u009b2J\u2028';
    logger.info(evil, { evil, nested: { evil } });
    const text = lines.join("");
    expect(text.trimEnd().split(/[\r\n\u2028]/)).toHaveLength(1);
    expect(text).not.toContain("\u001b");
  });

  test("says nothing below its level", () => {
    const lines: string[] = [];
    createLogger({ level: "warn", readable: false, write: (line) => lines.push(line) }).info("x");
    expect(lines).toEqual([]);
  });
});

describe("readableLine", () => {
  test("puts the time, the level, the message and the fields on one line", () => {
    const line = readableLine('{"level":"info","time":0,"port":4400,"list":["a"],"msg":"ready"}');
    expect(line).toBe('00:00:00.000 info  ready port=4400 list=["a"]\n');
  });
});
