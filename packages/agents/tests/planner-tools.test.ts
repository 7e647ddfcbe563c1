import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHttpGet, type HttpGetOptions } from "../src/index.ts";
import { readRequest } from "../src/planner-executor/request.ts";
import { evaluate, expressionIn } from "../src/planner-executor/tools/expression.ts";
import { VirtualClock } from "./support/stage.ts";

describe("the calculator", () => {
  it.each([
    ["12% of 3450", 414],
    ["0.1 + 0.2", 0.3],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["(-2)^2", 4],
    ["3 * (-2 + 5)", 9],
    ["1,234,567 plus 1", 1234568],
    ["max(1,234)", 234],
    ["the square root of 16 times 2", 8],
    ["$1,200 divided by 12", 100],
    ["10 % 4", 2],
    ["1e3 - 1", 999],
    ["round(pi * 100) / 100", 3.14],
  ])("%s = %d", (text, value) => {
    expect(evaluate(expressionIn(text) ?? "")).toBe(value);
  });

  it.each(["hello", "process.exit()", "a.b", "x = 1", "constructor(1)", "12 monkeys", "", "1".repeat(301), "[1]"])(
    "takes %j for no expression",
    (text) => expect(expressionIn(text)).toBeUndefined(),
  );

  it.each([
    "1/0",
    "0/0",
    "max()",
    "2(3)",
    "toString(1)",
    "__proto__ + 1",
    "this",
    "1 2",
    "'a'",
    "2 * -3 ** 2",
    "1 && 1",
    "!1",
    "a.b",
    "(1",
    "(".repeat(300),
  ])("A3: refuses %j", (expression) => {
    expect(() => evaluate(expression)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });

  it("A3: gives a finite number or a refusal for anything at all", () => {
    const piece = fc.constantFrom(
      "1",
      "2.5",
      "+",
      "-",
      "*",
      "/",
      "%",
      "**",
      "(",
      ")",
      ",",
      "max",
      "pi",
      ".",
      " ",
      "[",
      "this",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          expect(Number.isFinite(evaluate(pieces.join("")))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_input" });
        }
      }),
    );
  });
});

describe("reading a request", () => {
  it.each([
    ["compare AAPL and MSFT and make a task for the better one", "market task"],
    [
      "Please calculate 2+2, then fetch https://a.example/x?y=1, z and add a task to buy milk and bread.",
      "calculate fetch task",
    ],
    ["what is the volatility of Bitcoin? What is 3*4?", "market calculate"],
    ["load AAPL; load IBM\nmake a to-do for it", "market market task"],
    ["AAPL vs. MSFT", "market"],
    ["Hello! Thanks, what is 2+2? Compare IBM and AAPL.", "calculate market"],
    ["load AAPL; wash the car", "market unclear"],
    ["sing a song", "unclear"],
    ["", ""],
  ])("%j", (text, kinds) => {
    expect(
      readRequest(text)
        .map(({ kind }) => kind)
        .join(" "),
    ).toBe(kinds);
  });

  it("takes a task's title as it is said, and knows what it may stand for", () => {
    expect(readRequest('make a task: "Call Ann and Bob"')).toEqual([{ kind: "task", title: "Call Ann and Bob" }]);
    expect(readRequest("make a task for the worst one")).toMatchObject([{ kind: "task", about: "worse" }]);
    expect(readRequest("create a ticket for it")).toMatchObject([{ kind: "task", about: "previous" }]);
  });

  it("A3: reads long and odd texts in no time and never throws", () => {
    fc.assert(fc.property(fc.string({ maxLength: 5_000, unit: "binary" }), (text) => readRequest(text).length <= 10));
    for (const piece of [" ", "and ", "make a task ", ",;.? ", "1,111", "https://"])
      expect(readRequest(piece.repeat(100_000)).length).toBeLessThanOrEqual(10);
  });
});

/** A server on this machine, and the tool with its origin allowed. */
async function site(listener: RequestListener, more: Partial<HttpGetOptions> = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new VirtualClock();
  const get = createHttpGet({ fetch: (url, init) => fetch(url, init), clock: idle(clock), allow: [origin], ...more });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin, get, [Symbol.asyncDispose]: close };
}

/** Time that stands still: the network's own pace decides. */
function idle(clock: VirtualClock): VirtualClock {
  clock.setTimeout = () => ({ cancel() {} });
  return clock;
}

const { signal } = new AbortController();

describe("HTTP GET", () => {
  it("gives status, type and text, and sends neither cookies nor credentials", async () => {
    let seen: object = {};
    await using here = await site((request, response) => {
      seen = request.headers;
      response.setHeader("content-type", "application/json; charset=utf-8");
      response.end('{"ok":true}');
    });
    const answer = await here.get(`${here.origin}/a?b=c`, signal);
    const url = `${here.origin}/a?b=c`;
    const expected = { url, status: 200, type: "application/json", bytes: 11, truncated: false, text: '{"ok":true}' };
    expect(answer).toEqual(expected);
    expect(seen).not.toHaveProperty("cookie");
    expect(seen).not.toHaveProperty("authorization");
  });

  it("A3: follows redirects within the list, and none out of it or without end", async () => {
    await using other = await site((_request, response) => response.end("secret"));
    await using here = await site((request, response) => {
      const to = { "/in": "/landed", "/out": `${other.origin}/`, "/loop": "/loop", "/file": "file:///etc/passwd" };
      const location = to[request.url as keyof typeof to];
      if (location !== undefined) response.writeHead(302, { location });
      response.end("landed");
    });
    expect(await here.get(`${here.origin}/in`, signal)).toMatchObject({ url: `${here.origin}/landed`, text: "landed" });
    for (const path of ["out", "file"])
      await expect(here.get(`${here.origin}/${path}`, signal)).rejects.toMatchObject({ code: "forbidden" });
    await expect(here.get(`${here.origin}/loop`, signal)).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("A3: asks no origin that is not on the list exactly, and takes no credentials", async () => {
    let asked = 0;
    const fetch = async (): Promise<Response> => new Response(String((asked += 1)));
    const get = createHttpGet({ fetch, clock: new VirtualClock(), allow: ["https://api.example.com"] });
    for (const address of [
      "https://api.example.com.evil.example/",
      "https://evil.example/?https://api.example.com",
      "http://api.example.com/",
      "https://api.example.com:8443/",
      "https://api.example.com@evil.example/",
      "https://user:secret@api.example.com/",
      "https://127.0.0.1/",
      "file:///etc/passwd",
    ])
      await expect(get(address, signal), address).rejects.toMatchObject({ code: "forbidden" });
    await expect(get("nowhere", signal)).rejects.toMatchObject({ code: "invalid_input" });
    expect(asked).toBe(0);
    expect((await get("HTTPS://API.EXAMPLE.COM:443/x", signal)).text).toBe("1");
  });

  it("A3: reads no more of a body than the bound, and no body that is no text", async () => {
    await using here = await site(
      (request, response) => {
        response.setHeader("content-type", request.url === "/text" ? "text/plain" : "image/png");
        response.write("x".repeat(1_000));
        // The text never ends.
        if (request.url !== "/text") response.end();
      },
      { maxBytes: 100 },
    );
    expect(await here.get(`${here.origin}/text`, signal)).toMatchObject({
      bytes: 100,
      truncated: true,
      text: "x".repeat(100),
    });
    expect(await here.get(`${here.origin}/png`, signal)).not.toHaveProperty("text");
  });

  it("A3: gives up on an answer or a body that takes too long, and on a cancel at once", async () => {
    const never = (_url: URL, { signal }: { signal: AbortSignal }): Promise<Response> =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    const clock = new VirtualClock();
    const get = createHttpGet({ fetch: never, clock, allow: ["https://a.example"], timeoutMs: 50 });
    await expect(get("https://a.example/x?token=s", signal)).rejects.toMatchObject({
      code: "unavailable",
      message: "No answer from https://a.example/x within 50 ms.",
    });
    expect(clock.elapsed).toBe(50);
    const cancel = new AbortController();
    const pending = createHttpGet({ fetch: never, clock: idle(clock), allow: ["https://a.example"] });
    const cancelled = pending("https://a.example/", cancel.signal);
    cancel.abort(new Error("cancelled"));
    await expect(cancelled).rejects.toThrow("cancelled");
  });

  it("tells what may go better another time from what will not", async () => {
    let status = 500;
    await using here = await site((_request, response) => void response.writeHead(status).end());
    const codes: string[] = [];
    for (status of [500, 503, 429, 404, 400])
      await here.get(here.origin, signal).catch(({ code }: { code: string }) => codes.push(code));
    expect(codes).toEqual(["unavailable", "unavailable", "unavailable", "invalid_input", "invalid_input"]);
    const get = createHttpGet({
      fetch: (url, init) => fetch(url, init),
      clock: idle(new VirtualClock()),
      allow: ["http://127.0.0.1:1"],
    });
    await expect(get("http://127.0.0.1:1/", signal)).rejects.toMatchObject({ code: "unavailable" });
  });
});
