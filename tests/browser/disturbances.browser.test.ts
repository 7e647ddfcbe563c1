import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { ThreadView } from "@throughline/protocol";
import { toMarkdown } from "../../apps/console/src/history/exports.ts";
import { noBrowser, TestBrowser } from "./support/chromium.ts";
import { untilRead } from "./support/console.ts";
import { MOMENTS } from "./support/moments.ts";
import { openStage, SCENARIOS, untilOver } from "./support/scenarios.ts";
import { ServerProcess } from "./support/server-process.ts";
import { foldOf } from "./support/stored.ts";

if (noBrowser !== undefined) process.stdout.write(`skipped: ${noBrowser}\n`);

/** Every scenario at every moment; a run that dies with its server cannot be stopped any more. */
const CELLS = SCENARIOS.flatMap((scenario) =>
  MOMENTS.filter(({ ending }) => scenario.killsRuns !== true || ending === "Done").map((moment) => ({
    scenario,
    moment,
  })),
);

describe.skipIf(noBrowser !== undefined)("whatever befalls a page that watches a run", () => {
  let browser: TestBrowser;
  let server: ServerProcess;
  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.launch(), ServerProcess.start()]);
    return async () => {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
  });

  test.concurrent.each(CELLS)(
    "D1: $moment.name, $scenario.name: nothing is missing or doubled",
    async ({ scenario, moment }) => {
      await using stage = await openStage({ browser, server }, scenario, moment);
      const { page, threadId } = stage;
      const other = await scenario.disturb(stage);
      const dies = scenario.killsRuns === true && moment.isRunning;
      // Where there is another page, what one does there shows here.
      if (!dies) await moment.act(other ?? page);
      for (const each of other === undefined ? [page] : [page, other]) {
        if (dies) await each.getByTestId("run-failed").filter({ hasText: "worker_lost" }).waitFor();
        else await each.getByTestId("run-ended").filter({ hasText: moment.ending }).waitFor();
        await each.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
        await untilOver(each, scenario.transport);
        const truth = await foldOf(stage.server.url, threadId);
        expect(await markdownOf(each)).toBe(toMarkdown(truth));
        await untilRead(each);
        expect(await each.getByTestId("text").allInnerTexts()).toEqual(textsOf(truth));
      }
      expect(stage.opened.errors).toEqual([]);
    },
  );
});

/** The page's view of the thread, as its menu hands it over. */
async function markdownOf(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Thread actions" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Conversation as Markdown" }).click(),
  ]);
  return readFile(await file.path(), "utf8");
}

/** What agents wrote, message by message. */
function textsOf(view: ThreadView): readonly string[] {
  return view.messages.flatMap((message) =>
    message.role === "assistant" && typeof message.content === "string" && message.content !== ""
      ? [message.content.trim()]
      : [],
  );
}
