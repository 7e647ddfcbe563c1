import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfigFile } from "../src/settings/config-file.ts";
import { refuseExposure } from "../src/settings/exposure.ts";
import { readSettings, type Sources } from "../src/settings/read-settings.ts";
import { flagOf, SETTING_NAMES, SETTINGS } from "../src/settings/table.ts";

function read(sources: Partial<Sources> = {}) {
  return readSettings({ flags: {}, env: {}, file: { path: "throughline.config.ts", values: {} }, ...sources });
}

const file = (values: Record<string, unknown>) => ({ path: "throughline.config.ts", values });

describe("readSettings", () => {
  test("gives the defaults when nothing is set", () => {
    expect(read().settings).toMatchObject({
      host: "127.0.0.1",
      port: 4400,
      dataDir: ".throughline",
      durability: "full",
      drainMs: 30_000,
      agents: undefined,
    });
  });

  test("prefers flags to variables, variables to the file, and the file to defaults", () => {
    const flags = { port: "1" };
    const env = { THROUGHLINE_PORT: "2", THROUGHLINE_DRAIN_MS: "2" };
    const values = { port: 3, drainMs: 3, durability: "os" };
    expect(read({ flags, env, file: file(values) }).settings).toMatchObject({ port: 1, drainMs: 2, durability: "os" });
  });

  test("takes an empty variable for one that is not set", () => {
    expect(read({ env: { THROUGHLINE_PORT: "" } }).settings.port).toBe(4400);
  });

  test("reads lists from commas and from arrays", () => {
    expect(read({ env: { THROUGHLINE_AGENTS: "scripted, market-analyst," } }).settings.agents).toEqual([
      "scripted",
      "market-analyst",
    ]);
    const allowedOrigins = ["https://app.example.com", "http://localhost:3000/"];
    expect(read({ file: file({ allowedOrigins }) }).settings.allowedOrigins).toEqual([
      "https://app.example.com",
      "http://localhost:3000",
    ]);
  });

  test.each([
    ["THROUGHLINE_PORT", "abc"],
    ["THROUGHLINE_PORT", "65536"],
    ["THROUGHLINE_PORT", "-1"],
    ["THROUGHLINE_DURABILITY", "fast"],
    ["THROUGHLINE_AUTH", "jwt"],
    ["THROUGHLINE_ALLOWED_ORIGINS", "*"],
    ["THROUGHLINE_ALLOWED_ORIGINS", "https://app.example.com/path"],
    ["THROUGHLINE_DRAIN_MS", "1.5"],
    ["THROUGHLINE_LOG_LEVEL", "loud"],
  ])("refuses %s=%s and says what is expected", (variable, value) => {
    expect(() => read({ env: { [variable]: value } })).toThrow(
      expect.objectContaining({
        code: "invalid_setting",
        message: expect.stringContaining(`${variable} is ${JSON.stringify(value)}; expected`),
      }),
    );
  });

  test("A2: refuses a broker's URL without showing it, since it may hold a password", () => {
    const url = "http://me:hunter2@broker";
    const refused = (): unknown => read({ env: { THROUGHLINE_RABBITMQ_URL: url } });
    expect(refused).toThrow(/^THROUGHLINE_RABBITMQ_URL is not one; expected an address such as amqp:/);
    expect(read({ env: { THROUGHLINE_RABBITMQ_URL: "amqps://me:p%40ss@broker" } }).settings.rabbitmqUrl).toBe(
      "amqps://me:p%40ss@broker",
    );
  });

  test("names every bad value at once, each with where it stands", () => {
    const bad = { flags: { port: "x" }, env: { THROUGHLINE_DRAIN_MS: "x" }, file: file({ host: 7, prot: 1 }) };
    expect(() => read(bad)).toThrow(
      /^prot in throughline\.config\.ts[^]*host in throughline\.config\.ts[^]*--port[^]*THROUGHLINE_DRAIN_MS/,
    );
  });

  test("warns of a variable that nothing reads", () => {
    const { warnings } = read({ env: { THROUGHLINE_DURABLITY: "os", PATH: "/bin" } });
    expect(warnings).toEqual([expect.stringContaining("THROUGHLINE_DURABLITY")]);
  });
});

describe("the settings table", () => {
  test("has a default that its own kind accepts, and a variable of its own, for each setting", () => {
    const variables = SETTING_NAMES.map((name) => SETTINGS[name].env);
    expect(new Set(variables).size).toBe(SETTING_NAMES.length);
    const withDefault = SETTING_NAMES.map((name) => SETTINGS[name]).filter((setting) => "fallback" in setting);
    expect(withDefault.map(({ kind, fallback }) => kind.read(fallback))).toEqual(
      withDefault.map(({ fallback }) => fallback),
    );
  });

  test("names flags in kebab-case", () => {
    expect(flagOf("dataDir")).toBe("data-dir");
  });
});

describe("refuseExposure", () => {
  test.each(["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])(
    "A2: lets %s be served without authentication",
    (host) => {
      expect(() => refuseExposure({ host, auth: "none" })).not.toThrow();
    },
  );

  test.each(["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.example.com", "localhost.example.com"])(
    "A2: refuses to serve %s without authentication, and says what to do",
    (host) => {
      expect(() => refuseExposure({ host, auth: "none" })).toThrow(
        expect.objectContaining({ code: "insecure_binding", message: expect.stringContaining("127.0.0.1") }),
      );
    },
  );
});

describe("loadConfigFile", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "throughline-config-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("gives nothing when there is no file", async () => {
    expect((await loadConfigFile(folder)).values).toEqual({});
  });

  test("loads TypeScript", async () => {
    writeFileSync(path.join(folder, "throughline.config.ts"), "const port: number = 4401;\nexport default { port };\n");
    expect(await loadConfigFile(folder)).toEqual({ path: "throughline.config.ts", values: { port: 4401 } });
  });

  test("loads the file that was named", async () => {
    writeFileSync(path.join(folder, "other.mjs"), "export default { port: 4402 };\n");
    expect((await loadConfigFile(folder, "other.mjs")).values).toEqual({ port: 4402 });
  });

  test("refuses a named file that is missing and one that does not load", async () => {
    await expect(loadConfigFile(folder, "missing.ts")).rejects.toMatchObject({ code: "invalid_setting" });
    writeFileSync(path.join(folder, "throughline.config.ts"), "export default {;\n");
    await expect(loadConfigFile(folder)).rejects.toMatchObject({ code: "invalid_setting" });
  });
});
