import * as fc from "fast-check";
import { applyPatch } from "rfc6902";
import { expect, test } from "vitest";
import type { JsonPatchOperation } from "../src/index.ts";
import { patched } from "../src/view/json-patch.ts";

const token = fc.constantFrom("a", "b", "0", "1", "2", "-", "01", "length", "~0~1");
const pointer = fc.array(token, { maxLength: 3 }).map((tokens) => tokens.map((each) => `/${each}`).join(""));
// Of its own each time: in what was read from JSON, no two places hold the same object.
const leaf = fc.constantFrom<unknown>(null, 0, 1, "x", true, [], {}).map((each) => structuredClone(each));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "0", "~/"), tie("value"), { maxKeys: 3 }),
  ),
}));
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom("add" as const, "replace" as const, "test" as const), path: pointer, value }),
  fc.record({ op: fc.constantFrom("move" as const, "copy" as const), path: pointer, from: pointer }),
  fc.record({ op: fc.constant("remove" as const), path: pointer }),
);

/** What the library makes of a document of its own; `undefined` where it refuses an operation. */
function byLibrary(document: unknown, patch: readonly JsonPatchOperation[]): unknown {
  const holder = { document: structuredClone(document) };
  for (const each of patch) {
    const inHolder = {
      ...each,
      path: `/document${each.path}`,
      ...("from" in each && { from: `/document${each.from}` }),
    };
    const [problem] = applyPatch(holder, [structuredClone(inHolder)]);
    if (problem !== null) return undefined;
  }
  return { document: holder.document ?? null };
}

test("a patch gives what the rfc6902 library gives, and leaves the document alone", () => {
  fc.assert(
    fc.property(value, fc.array(operation, { minLength: 1, maxLength: 4 }), (document, patch) => {
      const before = structuredClone(document);
      const result = patched(document, patch);
      expect(document).toEqual(before);
      // The library follows pointers that name nothing of the document's own, such as `length`.
      if (result !== undefined) expect(result).toEqual(byLibrary(document, patch));
    }),
    { numRuns: 3000 },
  );
});

test("what is copied into itself is what it was", () => {
  expect(patched({ a: { x: 1 } }, [{ op: "copy", from: "/a", path: "/a/b" }])).toEqual({
    document: { a: { x: 1, b: { x: 1 } } },
  });
});

test("what was copied is changed in one place only", () => {
  const patch: JsonPatchOperation[] = [
    { op: "copy", from: "/a", path: "/b" },
    { op: "add", path: "/b/x", value: 2 },
  ];
  expect(patched({ a: { x: 1 } }, patch)).toEqual({ document: { a: { x: 1 }, b: { x: 2 } } });
});

test("what is moved within one array goes where it is told", () => {
  expect(patched([1, 2, 3], [{ op: "move", from: "/0", path: "/2" }])).toEqual({ document: [2, 3, 1] });
});

test("what is moved into itself is refused", () => {
  expect(patched({ a: { b: 1 } }, [{ op: "move", from: "/a", path: "/a/c" }])).toBeUndefined();
});
