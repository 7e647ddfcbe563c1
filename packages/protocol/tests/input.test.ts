import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkJsonBounds, FRAME_LIMITS, parseCursor, parseJsonObject, printCursor } from "../src/index.ts";

describe("cursors", () => {
  test("L2: SEQ and EPOCH.SEQ are read as they are written", () => {
    const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const seq = fc.maxSafeNat();
    fc.assert(
      fc.property(fc.option(epoch, { nil: undefined }), seq, (each, at) => {
        const cursor = each === undefined ? { seq: at } : { epoch: each, seq: at };
        expect(parseCursor(printCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  test.each([
    "",
    ".",
    "1.",
    ".1",
    "a",
    "-1",
    "01",
    "1.5.2",
    "1e3",
    " 1",
    "1\n",
    "e.01",
    "9007199254740992",
    "99999999999999999",
    "ü.1",
    `${"e".repeat(65)}.1`,
  ])("is no cursor: %j", (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });

  test("hostile text never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const cursor = parseCursor(text);
        expect(cursor === undefined || printCursor(cursor) === text).toBe(true);
      }),
    );
  });
});

describe("A3: JSON from outside", () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

  test("an object within bounds is read", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
          fc.constantFrom(1, "a", null, [1, { b: 2 }]),
        ),
        (value) => {
          expect(parseJsonObject(JSON.stringify(value))).toEqual({
            ok: true,
            value: JSON.parse(JSON.stringify(value)),
          });
        },
      ),
    );
  });

  test.each(["", "{", "nope", "undefined", "1", "null", '"a"', "[]", "\u0000"])("no JSON object: %j", (text) => {
    expect(parseJsonObject(text)).toMatchObject({ ok: false, code: "invalid_frame" });
  });

  test.each(["__proto__", "constructor", "prototype"])("the key %s is refused at any depth", (key) => {
    expect(parseJsonObject(`{"${key}":1}`)).toMatchObject({ ok: false, code: "invalid_frame" });
    expect(parseJsonObject(`{"a":[{"${key}":{}}]}`)).toMatchObject({
      ok: false,
      message: expect.stringContaining(key) as string,
    });
  });

  test("64 levels pass, 65 do not", () => {
    expect(parseJsonObject(nested(64))).toMatchObject({ ok: true });
    expect(parseJsonObject(nested(65))).toMatchObject({ ok: false, code: "invalid_frame" });
    expect(checkJsonBounds(JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`))).toMatch("64 levels");
  });

  test("too many values and too long a text are refused", () => {
    const many = JSON.stringify({ a: Array.from({ length: FRAME_LIMITS.values }, () => 1) });
    expect(parseJsonObject(many)).toMatchObject({ ok: false, code: "invalid_frame" });
    const limits = { ...FRAME_LIMITS, length: 20 };
    expect(parseJsonObject(JSON.stringify({ a: "x".repeat(20) }), limits)).toMatchObject({
      ok: false,
      code: "payload_too_large",
    });
  });

  test("hostile text never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(typeof parseJsonObject(text).ok).toBe("boolean");
      }),
    );
  });
});
