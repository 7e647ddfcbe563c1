import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { noBrowser, TestBrowser } from "./support/chromium.ts";
import { expectNoOverflow, say, untilRead, untilSaid } from "./support/console.ts";
import { start } from "./support/seed.ts";
import { ServerProcess } from "./support/server-process.ts";
import { untilSettled } from "./support/settled.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

const STYLES = new URL("../../packages/react/src/styles/", import.meta.url);

/** What overflowed the reader's stack, or kept the page from answering for seconds up to minutes. */
const HOSTILE: Readonly<Record<string, string>> = {
  quotes: `${">".repeat(5_000)} x`,
  lists: `${"- ".repeat(1_000)}x`,
  emphasis: `${"*a ".repeat(3_000)}x${"*".repeat(3_000)}`,
  images: `${"![".repeat(2_000)}x${"](http://y)".repeat(2_000)}`,
};

const COLUMNS = Array.from({ length: 12 }, (_, n) => `Measure${n}`);
const TABLE = [COLUMNS, COLUMNS.map(() => "---"), COLUMNS].map((row) => `| ${row.join(" | ")} |`).join("\n");

describe.skipIf(noBrowser !== undefined)("Markdown", () => {
  let browser: TestBrowser;
  let server: ServerProcess;
  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.launch(), ServerProcess.start()]);
    return async () => {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
  });

  test.each(Object.entries(HOSTILE))(
    "that is hard to read shows as it was written, and the page goes on: %s",
    async (name, text) => {
      const thread = `web-hostile-${name}`;
      await letSay(server.url, thread, `before\n\n${text}\n\n**behind**`);
      const { page, errors } = await browser.open(`${server.url}/threads/${thread}`);
      await untilSaid(page, "behind");
      await untilRead(page);
      const plain = page.locator(".prose > [data-tl=plain]");
      // Compared here: what differs would be many screens long.
      expect((await plain.allInnerTexts()).map((each) => each.trim() === text)).toEqual([true]);
      expect(await page.locator(".prose strong").innerText()).toBe("behind");
      await expectNoOverflow(page);
      await say(page, "tokens=3");
      await untilSaid(page, "t2");
      expect(errors).toEqual([]);
    },
  );

  test("has its reader fetched with a thread's page, before there is a text", async () => {
    const { page } = await browser.open(server.url);
    const fetched = page.waitForResponse(/\/assets\/markdown-[^/]*\.js$/);
    await page.goto(`${server.url}/threads/web-nowhere`);
    expect((await fetched).ok()).toBe(true);
    await page.getByText("There is no such thread").waitFor();
  });

  test("shows at which side a table goes on, in the console", async () => {
    await letSay(server.url, "web-table", `a table\n\n${TABLE}`);
    for (const dark of [false, true]) {
      const { page } = await browser.open(`${server.url}/threads/web-table`, { width: 390, height: 844, dark });
      await page.locator(".scroll td").first().waitFor();
      await expectEdges(page);
    }
  });

  test("shows at which side a table goes on, by the kit's style sheet", async () => {
    const styles = await Promise.all(
      ["tokens", "base", "prose", "chart"].map((name) => readFile(new URL(`${name}.css`, STYLES), "utf8")),
    );
    const row = (tag: string) => `<tr>${COLUMNS.map((each) => `<${tag}>${each}</${tag}>`).join("")}</tr>`;
    for (const dark of [false, true]) {
      const { page } = await browser.open("about:blank", { width: 390, height: 844, dark });
      await page.setContent(
        `<style>:root { color-scheme: light dark; background: var(--tl-canvas) } ${styles.join("\n")}</style>
        <div data-tl="prose"><div class="scroll"><table><thead>${row("th")}</thead><tbody>${row("td")}</tbody></table></div></div>`,
      );
      await expectEdges(page);
    }
  });
});

/** A thread in which an agent has said this. */
async function letSay(url: string, thread: string, text: string): Promise<void> {
  await start(url, thread, "scripted", "tokens=1 ask=What?");
  await untilSettled(url, [thread]);
  const { items } = (await (await fetch(`${url}/api/v1/questions`)).json()) as { readonly items: readonly Asked[] };
  const asked = items.find((each) => each.thread_id === thread);
  if (asked === undefined) throw new Error(`Nothing is asked in ${thread}.`);
  const response = await fetch(`${url}/api/v1/runs/${asked.run_id}/answers`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ interrupt_id: asked.interrupt_id, answer: text }),
  });
  if (!response.ok) throw new Error(`The answer was answered ${response.status}: ${await response.text()}`);
  await untilSettled(url, [thread]);
}

interface Asked {
  readonly thread_id: string;
  readonly run_id: string;
  readonly interrupt_id: string;
}

/** The table goes on to the right at first and to the left in the end, and looks so. */
async function expectEdges(page: Page): Promise<void> {
  const scroll = page.locator(".scroll");
  // Its words would tell the sides apart by themselves.
  await scroll.evaluate((box) => {
    for (const each of box.querySelectorAll<HTMLElement>("*")) each.style.color = "transparent";
    box.scrollTo({ left: 0, behavior: "instant" });
  });
  const first = await edgesOf(page);
  await scroll.evaluate((box) => box.scrollTo({ left: box.scrollWidth, behavior: "instant" }));
  const last = await edgesOf(page);
  expect(first.right.equals(last.right)).toBe(false);
  expect(first.left.equals(last.left)).toBe(false);
}

/** What the box looks like within its two sides. */
async function edgesOf(page: Page): Promise<{ readonly left: Buffer; readonly right: Buffer }> {
  const box = await page.locator(".scroll").boundingBox();
  if (box === null) throw new Error("The table is not on the page.");
  const shot = (x: number) => page.screenshot({ clip: { x, y: box.y + 8, width: 6, height: 12 } });
  return { left: await shot(box.x + 2), right: await shot(box.x + box.width - 8) };
}
