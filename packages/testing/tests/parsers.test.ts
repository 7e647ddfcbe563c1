import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameParser, type Message, type SseEvent, SseParser } from "../src/index.ts";

/** As a server writes it: unmasked. */
function frame(opcode: number, payload: Uint8Array, final = true): Uint8Array {
  const header = [(final ? 0x80 : 0) | opcode];
  if (payload.length <= 125) header.push(payload.length);
  else if (payload.length <= 0xffff) header.push(126, payload.length >> 8, payload.length & 0xff);
  else header.push(127, 0, 0, 0, 0, 0, payload.length >> 16, (payload.length >> 8) & 0xff, payload.length & 0xff);
  return Buffer.concat([Uint8Array.from(header), payload]);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The bytes in pieces of these sizes, over and over. */
function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe("the WebSocket frame parser", () => {
  test("reads texts of any length, whole and cut anywhere", () => {
    const lengths = fc.array(fc.constantFrom(0, 1, 125, 126, 127, 300, 65_535, 65_536), { maxLength: 3 });
    fc.assert(
      fc.property(lengths, fc.string({ unit: "grapheme" }), sizes, (long, short, cuts) => {
        const texts = [short, ...long.map((length) => "ä".repeat(length >> 1))];
        const got: Message[] = [];
        const parser = new FrameParser((message) => got.push(message));
        for (const piece of pieces(Buffer.concat(texts.map((value) => frame(1, text(value)))), cuts))
          parser.push(piece);
        expect(got).toEqual(texts.map((value) => ({ type: "text", text: value })));
        expect(parser.whole).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("puts fragments together, with a ping in between, and reads a close", () => {
    const got: Message[] = [];
    const parser = new FrameParser((message) => got.push(message));
    parser.push(frame(1, text("a"), false));
    expect(parser.whole).toBe(false);
    parser.push(frame(9, text("p")));
    parser.push(frame(0, text("b")));
    parser.push(frame(8, Uint8Array.of(0x11, 0x39, 0x78)));
    expect(got).toEqual([
      { type: "ping", payload: text("p") },
      { type: "text", text: "ab" },
      { type: "close", code: 4409, reason: "x" },
    ]);
  });

  test.each([
    ["masked", Uint8Array.of(0x81, 0x80, 0, 0, 0, 0)],
    ["with a reserved bit", Uint8Array.of(0xc1, 0)],
    ["with a reserved opcode", Uint8Array.of(0x83, 0)],
    ["a lone continuation", Uint8Array.of(0x80, 0)],
    ["not UTF-8", Uint8Array.of(0x81, 1, 0xff)],
  ])("refuses a frame that is %s", (_, bytes) => {
    expect(() => new FrameParser(() => undefined).push(bytes)).toThrow();
  });
});

test("the SSE parser reads ids, names and comments, whole and cut anywhere", () => {
  const source =
    ': hello\nretry: 1000\n\nid: e.1\ndata: {"a":"ä"}\n\nevent: reset\ndata: 1\ndata: 2\n\n: ping\n\nid: e.2\ndata: x\n\n';
  fc.assert(
    fc.property(sizes, (cuts) => {
      const got: SseEvent[] = [];
      const parser = new SseParser((event) => got.push(event));
      for (const piece of pieces(text(source), cuts)) parser.push(piece);
      expect(got).toEqual([
        { type: "message", data: '{"a":"ä"}', id: "e.1" },
        { type: "reset", data: "1\n2", id: "e.1" },
        { type: "message", data: "x", id: "e.2" },
      ]);
    }),
  );
});
