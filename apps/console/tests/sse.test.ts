import fc from "fast-check";
import { expect, test } from "vitest";
import { createSseReader } from "../src/live/sse.ts";

const STREAM =
  ': connected\nretry: 1000\n\nid: a1.1\ndata: {"n":1}\n\n: ping\n\nid: a1.2\ndata: {"text":"ä\u2028 😀"}\n\n' +
  "event: reset\ndata: {\ndata: }\n\ndata\n\nevent:bare\n\nid: a1.3\r\ndata:no space\r\n\r\n";

const MESSAGES = [
  { event: "message", id: "a1.1", data: '{"n":1}' },
  { event: "message", id: "a1.2", data: '{"text":"ä\u2028 😀"}' },
  { event: "reset", id: undefined, data: "{\n}" },
  { event: "message", id: undefined, data: "" },
  { event: "message", id: "a1.3", data: "no space" },
];

test("reads messages, passes over comments and what has no data", () => {
  expect(createSseReader()(STREAM)).toEqual(MESSAGES);
});

test("cut anywhere, the messages are the same", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 30 }), (cuts) => {
      const read = createSseReader();
      const ends = [...cuts.sort((left, right) => left - right), STREAM.length];
      const messages = ends.flatMap((end, index) => read(STREAM.slice(ends[index - 1] ?? 0, end)));
      expect(messages).toEqual(MESSAGES);
    }),
  );
});

test("gives up on an event that never ends", () => {
  const read = createSseReader();
  const piece = "data: ".padEnd(1024 * 1024, "x");
  expect(() => Array.from({ length: 10 }, () => read(piece))).toThrow(RangeError);
});
