import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { noBrowser, TestBrowser } from "./support/chromium.ts";
import { ask, conversation, untilSaid } from "./support/console.ts";
import { start } from "./support/seed.ts";
import { ServerProcess } from "./support/server-process.ts";
import { untilSettled } from "./support/settled.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)("the run page", () => {
  let browser: TestBrowser;
  let server: ServerProcess;
  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.launch(), ServerProcess.start()]);
    await start(server.url, "web-spx", "market-analyst", "Analyze the S&P 500");
    await untilSettled(server.url, ["web-spx"]);
    return async () => {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
  });

  test("rewinds chat, chart and plan together, by pointer and by key, and goes back to live", async () => {
    const { page, errors } = await browser.open(`${server.url}/threads/web-spx`);
    await page.getByText("Done in").waitFor();
    const whole = await conversation(page);
    const slider = page.getByRole("slider", { name: "Position in the thread" });
    const head = Number(await slider.getAttribute("aria-valuemax"));
    await dragTo(page, 0.15);
    // The report is not written yet, its author not even at work; the prices are there already.
    await page.getByRole("heading", { name: /market report/ }).waitFor({ state: "detached" });
    await page.getByTestId("agent").filter({ hasText: "MarketAnalyst" }).waitFor();
    await page.getByRole("group", { name: /Price chart of S&P 500/ }).waitFor();
    expect(await conversation(page)).not.toBe(whole);
    await page.keyboard.press("Home");
    await page.getByText("Nothing has been said yet").waitFor();
    await page.getByText("No team yet").waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await slider.getAttribute("aria-valuenow")).toBe("1");
    await untilSaid(page, "Analyze the S&P 500");
    await page.keyboard.press("Shift+ArrowRight");
    expect(await slider.getAttribute("aria-valuenow")).toBe("101");
    await page.keyboard.press("Escape");
    await page.getByTestId("at-live").waitFor();
    expect(await slider.getAttribute("aria-valuenow")).toBe(String(head));
    expect(await conversation(page)).toBe(whole);
    expect(errors).toEqual([]);
  });

  test("the chart tells what is under the pointer, and is drawn anew in the colours of another theme", async () => {
    const { page, errors } = await browser.open(`${server.url}/threads/web-spx`);
    const chart = page.getByRole("group", { name: /Price chart of S&P 500/ });
    const beside = chart.locator("xpath=following-sibling::*");
    const swatch = beside.locator("span[style]").first();
    await swatch.waitFor();
    const newest = await beside.innerText();
    const light = await swatch.getAttribute("style");
    await chart.hover({ position: { x: 120, y: 120 } });
    await expect.poll(() => beside.innerText(), PATIENT).not.toBe(newest);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => swatch.getAttribute("style"), PATIENT).not.toBe(light);
    expect(errors).toEqual([]);
  });

  test("plays from the start to live, and holds", async () => {
    const { page } = await browser.open(`${server.url}/threads/web-spx`);
    await page.getByText("Done in").waitFor();
    await page.getByRole("main").focus();
    await page.keyboard.press("Space");
    await untilSaid(page, "Analyze the S&P 500");
    await page.getByRole("button", { name: /^Hold/ }).waitFor();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: /^Play/ }).waitFor();
    const slider = page.getByRole("slider", { name: "Position in the thread" });
    expect(Number(await slider.getAttribute("aria-valuenow"))).toBeLessThan(600);
    await page.getByRole("button", { name: "Back to live" }).click();
    await page.getByTestId("at-live").waitFor();
  });

  test("looks into events, filters them, and hands them over as NDJSON and Markdown", async () => {
    const { page, errors } = await browser.open(`${server.url}/threads/web-spx`);
    await page.getByText("Done in").waitFor();
    await page.getByRole("main").focus();
    await page.keyboard.press("e");
    await page.getByRole("listbox", { name: "Events" }).waitFor();
    await page.getByRole("group", { name: "Kind" }).getByRole("button", { name: "Chart" }).click();
    await page.getByRole("option").first().click();
    await page
      .getByRole("tree")
      .or(page.getByLabel(/^Event \d+$/))
      .first()
      .getByText("chart.command")
      .waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Back to live" }).waitFor();
    const seq = Number(await page.getByRole("slider", { name: /Position/ }).getAttribute("aria-valuenow"));
    expect(await download(page, /Events as NDJSON/)).toHaveLength(seq);
    await page.getByRole("button", { name: "Back to live" }).click();
    const markdown = (await download(page, /Conversation as Markdown/)).join("\n");
    expect(markdown).toContain("# Analyze the S&P 500");
    expect(markdown).toContain("market report");
    expect(errors).toEqual([]);
  });

  test("while text streams, nothing in the conversation moves but its end", async () => {
    const { page } = await browser.open(server.url);
    await ask(page, "tokens=150 interval=15 tools=2 steps=2", "Scripted");
    await untilSaid(page, /t5 /);
    await page.evaluate(NOTE_SHIFTS);
    await untilSaid(page, /t149/);
    expect(await page.evaluate("globalThis.shifts")).toEqual([]);
  });

  test("a killed connection comes back by itself, and the playground counts that nothing is missing or doubled", async () => {
    const { page, errors } = await browser.open(`${server.url}/playground`);
    await page.getByRole("button", { name: "Start a run" }).click();
    await page.getByTestId("proof").getByText(/t9 /).waitFor();
    for (let kills = 1; kills <= 3; kills++) {
      await page.getByRole("button", { name: "Kill my connection" }).click();
      // What comes after the kill can only have come over a new connection.
      await page
        .getByTestId("proof")
        .getByText(new RegExp(`t${kills * 60} `))
        .waitFor();
    }
    await page.getByText("All of it, once").waitFor({ timeout: 90_000 });
    await page.getByText("0 missing · 0 doubled").waitFor();
    expect(errors).toEqual([]);
  });

  test("a search keeps the cursor while it is typed, and is gone once everything is to be shown", async () => {
    const { page, errors } = await browser.open(`${server.url}/runs`);
    await page.getByRole("link", { name: "Analyze the S&P 500" }).waitFor();
    const field = page.getByRole("searchbox");
    await field.pressSequentially("nothing");
    await page.getByText("No run is like that").waitFor();
    await page.keyboard.type("-else");
    await page.waitForURL("**/runs?q=nothing-else");
    await page.getByRole("button", { name: "Show all runs" }).click();
    await page.getByRole("link", { name: "Analyze the S&P 500" }).waitFor();
    expect(await field.inputValue()).toBe("");
    await page.goto(`${server.url}/tasks?q=nothing`);
    await page.getByRole("button", { name: "Show all tasks" }).click();
    await page.getByText("No tasks yet").waitFor();
    expect(await field.inputValue()).toBe("");
    expect(errors).toEqual([]);
  });

  test("every page can be reached by name, and every key is told", async () => {
    const { page } = await browser.open(server.url);
    await page.getByText("Analyze the S&P 500").first().waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go anywhere" }).fill("audit");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Back to live; close what is open").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    await page.getByRole("link", { name: "Analyze the S&P 500" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/threads/*");
  });
});

/** For a page that has much to draw on a machine that has much to do. */
const PATIENT = { timeout: 30_000 };

/** Notes what moves in the conversation without anybody's doing. The caret at its end is nobody's node. */
const NOTE_SHIFTS = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    const conversation = document.querySelector("[aria-label=Conversation]");
    for (const { value, sources } of list.getEntries())
      for (const { node } of sources)
        if (conversation.contains(node)) shifts.push(value.toFixed(5) + " " + node.textContent.slice(0, 120));
  }).observe({ type: "layout-shift", buffered: false });
`;

/** Drags the line's end to a share of its length. */
async function dragTo(page: Page, share: number): Promise<void> {
  const box = await page.getByRole("slider", { name: "Position in the thread" }).boundingBox();
  if (box === null) throw new Error("The line is not on the page.");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  for (let step = 1; step <= 20; step++) await page.mouse.move(box.x + box.width * (1 - (1 - share) * (step / 20)), y);
  await page.mouse.up();
}

/** The lines of what the thread's menu hands over. */
async function download(page: Page, item: RegExp): Promise<string[]> {
  await page.getByRole("button", { name: "Thread actions" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: item }).click()]);
  return (await readFile(await file.path(), "utf8")).trimEnd().split("\n");
}
