import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERRORS, ThroughlineError } from "../src/index.ts";

const DOCS = new URL("../../../docs/errors.md", import.meta.url);

test("docs/errors.md and the table of codes agree", () => {
  const rows = readFileSync(DOCS, "utf8").matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| (.+?) \|$/gm);
  const documented = [...rows].map(([, code, status, , remedy]) => [code, { status: Number(status), remedy }]);
  expect(documented).toHaveLength(Object.keys(ERRORS).length);
  expect(Object.fromEntries(documented)).toEqual(ERRORS);
});

test("an error carries its code, status and remedy; a stranger becomes one", () => {
  const error = new ThroughlineError("trimmed", "Gone.", { details: { first: 3 } });
  expect(error).toMatchObject({ status: 410, remedy: ERRORS.trimmed.remedy, details: { first: 3 }, message: "Gone." });
  expect(ThroughlineError.from(error)).toBe(error);
  expect(ThroughlineError.from("odd")).toMatchObject({ code: "internal", message: "odd" });
  const cause = new Error("disk");
  expect(ThroughlineError.from(cause, "unavailable")).toMatchObject({ code: "unavailable", message: "disk", cause });
});
