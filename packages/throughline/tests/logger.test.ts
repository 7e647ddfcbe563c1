import { describe, expect, test } from "vitest";
import { readableLine } from "../src/server/log-line.ts";
import { createLogger } from "../src/server/logger.ts";

/** A logger and what it has written. */
function capture(readable = false) {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level: "debug", readable, write: (line) => lines.push(line) }) };
}

const SECRET_NAMES =
  "token ticket authorization Authorization cookie set-cookie password secret apiKey access_token refreshToken jwtSecret llm_api_key proxy-authorization sec-websocket-protocol".split(
    " ",
  );

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

  test.each(SECRET_NAMES)("A2: never writes a field named %s, however deep", (name) => {
    const { lines, logger } = capture();
    const secret = { [name]: "hunter2" };
    logger.info("x", { ...secret, headers: secret, list: [{ request: { headers: { ...secret, all: [secret] } } }] });
    logger.child(secret).info("x", { error: Object.assign(new Error("x"), { cause: secret }) });
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toContain("hunter2");
  });

  test("A2: takes credentials out of any text", () => {
    const { lines, logger } = capture();
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    logger.warn(`refused Bearer hunter2.abc`, { error: new Error("bad header: authorization: bearer hunter2"), jwt });
    logger.warn("refused", { lines: ["Basic aHVudGVyMg=="], cause: new Error("x", { cause: new Error(jwt) }) });
    expect(lines.join("")).not.toMatch(/hunter2|aHVudGVyMg|c2lnbmF0dXJl/);
  });

  test("keeps an error's code, its cause and where it came from", () => {
    const { lines, logger } = capture();
    const error = Object.assign(new Error("no", { cause: new Error("disk") }), { code: "storage_full" });
    logger.error("failed", { error });
    expect(JSON.parse(lines[0] ?? "").error).toMatchObject({
      name: "Error",
      code: "storage_full",
      message: "no",
      cause: { message: "disk" },
      stack: expect.stringContaining("logger.test.ts"),
    });
  });

  test("takes values without an end, and those that JSON has no word for", () => {
    const { lines, logger } = capture();
    const circle: Record<string, unknown> = { n: 1n, u: undefined };
    circle["self"] = circle;
    logger.info("x", { circle });
    expect(JSON.parse(lines[0] ?? "").circle.n).toBe("1");
  });

  test("A2: never writes a secret of an address, wherever it stands", () => {
    const { lines, logger } = capture();
    const url = "/ws/stream?ticket=hunter2&after=3";
    logger.info(`refused ${url}`, { url, error: new Error(url) });
    expect(lines.join("")).not.toContain("hunter2");
    expect(lines.join("")).toContain("after=3");
  });

  test("A2: never writes the password of an address, wherever it stands", () => {
    const { lines, logger } = capture();
    const url = "amqp://me:hunter2@broker:5672/vhost";
    logger.info(`cannot reach ${url}`, { url, error: new Error(`connect ${url}`) });
    expect(lines.join("")).not.toContain("hunter2");
    expect(lines.join("")).toContain("@broker:5672/vhost");
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
