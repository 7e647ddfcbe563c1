import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConsole, type ServeConsole } from "../src/server/console-files.ts";

let folder: string;
let serve: ServeConsole;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-console-"));
  const root = path.join(folder, "dist");
  mkdirSync(path.join(root, "assets"), { recursive: true });
  writeFileSync(path.join(folder, "secret.txt"), "secret");
  writeFileSync(path.join(root, "index.html"), "<!doctype html>");
  writeFileSync(path.join(root, ".built-from"), "hash");
  writeFileSync(path.join(root, "assets", "index-abc123.js"), "1;");
  serve = await loadConsole(root);
});

afterAll(() => rmSync(folder, { recursive: true }));

const get = (address: string, init?: RequestInit) =>
  serve(new Request(new URL(address, "http://127.0.0.1:4400"), init));

describe("loadConsole", () => {
  test.each([
    "/",
    "/index.html",
    "/threads/t1",
    "/chart/c1",
    "/threads/chart%3Ac1?after=3",
    "/runs?status=running",
    "/tasks/t-1",
  ])("serves the page at %s", async (address) => {
    const response = get(address);
    expect(response?.status).toBe(200);
    expect(await response?.text()).toBe("<!doctype html>");
    expect(response?.headers.get("cache-control")).toBe("no-cache");
  });

  test("lets browsers keep what has its hash in its name", () => {
    const response = get("/assets/index-abc123.js");
    expect(response?.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response?.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  test("answers 304 to who has it already", () => {
    const etag = get("/")?.headers.get("etag") ?? "";
    expect(get("/", { headers: { "if-none-match": etag } })?.status).toBe(304);
    expect(get("/", { headers: { "if-none-match": '"other"' } })?.status).toBe(200);
  });

  test("answers HEAD without a body", async () => {
    const response = get("/", { method: "HEAD" });
    expect(response?.headers.get("content-length")).toBe("15");
    expect(await response?.text()).toBe("");
  });

  test("sends the headers that keep a page from loading or leaking anything", () => {
    const headers = get("/")?.headers;
    expect(headers?.get("content-security-policy")).toMatch(/default-src 'none'.*script-src 'self'(?!.*unsafe-eval)/);
    expect(headers?.get("x-content-type-options")).toBe("nosniff");
    expect(headers?.get("referrer-policy")).toBe("no-referrer");
  });

  test.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%5c..%5csecret.txt",
    "/.built-from",
    "/assets",
    "/threads",
    "/threads/a/b",
  ])("leaves %s to others", (address) => expect(get(address)).toBeUndefined());

  test("leaves what is not a read to others", () => {
    expect(get("/", { method: "POST" })).toBeUndefined();
  });
});
