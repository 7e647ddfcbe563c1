import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { accessibilityProblems } from "./support/axe.ts";
import { noBrowser, type OpenPage, TestBrowser } from "./support/chromium.ts";
import { ask, conversation, expectNoOverflow, say, untilLive, untilSaid } from "./support/console.ts";
import { ServerProcess } from "./support/server-process.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)("the console", () => {
  let browser: TestBrowser;
  let server: ServerProcess;
  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.launch(), ServerProcess.start()]);
    return async () => {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
  });

  test("killed in the middle and started again, it goes on: nothing is lost, nothing doubled", async () => {
    await using own = await ServerProcess.start();
    const { page, errors } = await browser.open(own.url);
    await ask(page, "Analyze Bitcoin");
    await page.getByText("load_candles").waitFor();
    await page.getByTestId("agent").filter({ hasText: "CryptoMarketAnalyst" }).waitFor();
    await page.getByRole("group", { name: /Price chart of Bitcoin/ }).waitFor();
    await page.getByRole("heading", { name: /market report/ }).waitFor();
    await own.kill();
    await page.getByTestId("pill").filter({ hasText: "Reconnecting" }).waitFor();
    const seen = await conversation(page);
    await own.restart();

    // Nobody touches the page: it finds back by itself, and tells how the run ended.
    await page.getByTestId("run-failed").filter({ hasText: "worker_lost" }).waitFor();
    await untilLive(page);
    const after = await conversation(page);
    // What was written but not yet seen when the server died may come behind what was.
    expect(after.startsWith(withoutEnd(seen))).toBe(true);
    expect(after.split("Bitcoin (BTC-USD): market report")).toHaveLength(2);
    expect(after.split("load_candles")).toHaveLength(2);

    await page.reload();
    await page.getByTestId("run-failed").waitFor();
    await page.getByRole("heading", { name: /market report/ }).waitFor();
    expect(await conversation(page)).toBe(after);

    await say(page, "Analyze AAPL");
    await page.getByTestId("run-ended").filter({ hasText: "Done" }).waitFor();
    await page.getByRole("group", { name: /Price chart of Apple/ }).waitFor();
    expect((await conversation(page)).startsWith(after)).toBe(true);
    expect(errors).toEqual([]);
  });

  test("an answer reads the same streamed, watched by a second page, and reloaded", async () => {
    const { page, errors } = await browser.open(server.url);
    await ask(page, "tokens=150 interval=20 tools=2 steps=2", "Scripted");
    await untilSaid(page, /t5 /);
    const second = await browser.open(page.url());
    await untilSaid(second.page, /t5 /);
    await Promise.all([page, second.page].map((each) => each.getByTestId("run-ended").waitFor()));
    const whole = await conversation(page);
    expect(whole).toContain(Array.from({ length: 150 }, (_, n) => `t${n}`).join(" "));
    expect(whole.split("t149")).toHaveLength(2);
    expect(await conversation(second.page)).toBe(whole);
    await page.reload();
    await page.getByTestId("run-ended").waitFor();
    expect(await conversation(page)).toBe(whole);
    expect([...errors, ...second.errors]).toEqual([]);
  });

  test("Stop stops the run, for everybody who watches", async () => {
    const { page } = await browser.open(server.url);
    await ask(page, "tokens=5 hang=1", "Scripted");
    await untilSaid(page, /t4/);
    const second = await browser.open(page.url());
    await second.page.getByRole("button", { name: "Stop" }).click();
    for (const each of [page, second.page]) {
      await each.getByTestId("run-ended").filter({ hasText: "Stopped" }).waitFor();
      await each.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
    }
  });

  test("a question survives a reload, is answered once, and stays with its answer", async () => {
    const { page } = await browser.open(server.url);
    await ask(page, "tokens=3 ask=Continue?", "Scripted");
    await page.getByTestId("question").getByText("Continue?").waitFor();
    await page.reload();
    const second = await browser.open(page.url());
    await second.page.getByTestId("question").waitFor();
    await page.getByLabel("Your answer").fill("yes");
    await page.getByRole("button", { name: "Answer" }).click();
    for (const each of [page, second.page]) {
      await untilSaid(each, "answer: yes");
      await each.getByTestId("question").waitFor({ state: "detached" });
      await each.getByTestId("answered").filter({ hasText: "Continue?" }).waitFor();
      const by = each === page ? "answered here" : "answered elsewhere";
      expect(await each.getByTestId("answered-by").innerText()).toBe(by);
    }
  });

  test("R4: a message that finds no connection waits for one, and is said once", async () => {
    await using own = await ServerProcess.start();
    const { page } = await browser.open(own.url);
    await ask(page, "tokens=3", "Scripted");
    await page.getByTestId("run-ended").waitFor();
    await own.kill();
    await page.getByTestId("pill").filter({ hasText: "Reconnecting" }).waitFor();
    await say(page, "tokens=7");
    await page.getByText("Waiting for the connection").waitFor();
    await own.restart();
    await untilSaid(page, /t6/);
    expect((await conversation(page)).split("tokens=7")).toHaveLength(2);
  });

  test("a message that is refused says why, and can be taken back into the composer", async () => {
    const { page } = await browser.open(server.url);
    await page.evaluate(`localStorage.setItem("throughline.agent", "nobody")`);
    await page.reload();
    await ask(page, "Is anybody there?");
    await page.getByText("Not sent.").waitFor();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("Not sent.").waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    expect(await page.getByLabel("Message").inputValue()).toBe("Is anybody there?");
  });

  test("a run that fails says how, and a thread that is not there has a way out", async () => {
    const { page } = await browser.open(server.url);
    await ask(page, "tokens=9 fail=4", "Scripted");
    await page.getByTestId("run-failed").filter({ hasText: "agent_error" }).waitFor();
    await page.goto(`${server.url}/threads/web-nowhere`);
    await page.getByText("There is no such thread").waitFor();
    await page.getByRole("button", { name: "New thread" }).last().click();
    await page.getByLabel("Your question").waitFor();
    await page.getByRole("link", { name: /tokens=9 fail=4/ }).click();
    await page.getByTestId("run-failed").waitFor();
  });

  test("a part of the page that is cut off on its way is fetched again, and the page stays", async () => {
    const { page, errors } = await browser.open(server.url);
    await page.route("**/assets/markdown-*.js", (route) => route.abort("connectionreset"), { times: 2 });
    await ask(page, "tokens=12 interval=5", "Scripted");
    await page.getByTestId("run-ended").waitFor();
    expect(await conversation(page)).toContain("t10 t11");
    expect(errors).toEqual([]);
  });

  test("at every size and in both themes nothing overflows and axe finds nothing, empty, streaming and done", async () => {
    await using own = await ServerProcess.start();
    const opened = await Promise.all(SIZES.map((size) => browser.open(own.url, size)));
    const [first] = opened;
    if (first === undefined) throw new Error("There is no size to try.");
    const problems: string[] = [];
    const check = async ({ page }: OpenPage, when: string): Promise<void> => {
      const found = await accessibilityProblems(page);
      const { width } = page.viewportSize() ?? {};
      problems.push(...found.map((problem) => `${width} px, ${when}: ${problem}`));
      await expectNoOverflow(page);
    };
    await first.page.getByText("No threads yet").waitFor();
    for (const each of opened) await check(each, "start page");
    await ask(first.page, "Analyze the S&P 500");
    for (const each of opened.slice(1)) await each.page.goto(first.page.url());
    await first.page.getByText("compute_indicators").waitFor();
    for (const each of opened) await check(each, "streaming");
    for (const each of opened) {
      await each.page.getByTestId("run-ended").waitFor();
      await check(each, "done");
      await visitTheRest(each.page, () => check(each, "chart, team and data"));
      expect(each.errors).toEqual([]);
    }
    expect(problems).toEqual([]);
  });
});

const SIZES = [
  { width: 1440, height: 900, dark: false },
  { width: 1100, height: 760, dark: true },
  { width: 390, height: 844, dark: false },
  { width: 389, height: 844, dark: true },
];

/** What is not in view at first: the tabs of a narrow page, the tables behind the chart. */
async function visitTheRest(page: Page, visit: () => Promise<void>): Promise<void> {
  for (const tab of await page.getByRole("tab").all()) {
    await tab.click();
    await visit();
  }
  if ((await page.getByRole("tab", { name: "Chart" }).count()) > 0)
    await page.getByRole("tab", { name: "Chart" }).click();
  await page.getByRole("button", { name: "Data" }).click();
  await page.getByRole("dialog").getByText("Prices, newest first").waitFor();
  await visit();
}

/** Without the last line, which may have been in the middle of a word or a table. */
function withoutEnd(text: string): string {
  return text.slice(0, text.trimEnd().lastIndexOf("\n"));
}
