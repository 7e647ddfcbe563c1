import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SETTING_NAMES, SETTINGS } from "../src/settings/table.ts";

const page = readFileSync(new URL("../../../docs/operation.md", import.meta.url), "utf8");

/** Rows of the settings table: name, variable, default. */
const rows = [...page.matchAll(/^\| `(\w+)` \| `([A-Z_]+)` \| `?([^|`]+?)`? \|/gm)].map((row) => row.slice(1, 4));

describe("docs/operation.md", () => {
  test("lists every setting with its variable and default, and no other", () => {
    const expected = SETTING_NAMES.map((name) => {
      const setting = SETTINGS[name];
      // Where the program decides, or the list is empty, the page says so in words.
      const inWords = !("fallback" in setting) || String(setting.fallback) === "";
      return [name, setting.env, inWords ? expect.stringMatching(/^(?:none|all built-in)$/) : String(setting.fallback)];
    });
    expect(rows).toEqual(expected);
  });
});
