import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { executablePath, FLAGS } from "./chromium.ts";

/**
 * A Chromium in which a page that is not looked at is hidden and can be frozen, as on a person's machine.
 * Pages that Playwright opens by itself always count as looked at, and to freeze one of those does nothing.
 */
export class LifecycleBrowser implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #browser: Browser;

  private constructor(child: ChildProcess, profile: string, browser: Browser) {
    this.#child = child;
    this.#profile = profile;
    this.#browser = browser;
  }

  /** @throws Error when there is no Chromium, or it does not start */
  static async launch(): Promise<LifecycleBrowser> {
    if (executablePath === undefined) throw new Error("No Chromium found; set CHROMIUM_PATH.");
    const profile = await mkdtemp(path.join(tmpdir(), "throughline-profile-"));
    // The port is one of the loopback's.
    const flags = [...FLAGS, "--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
    const child = spawn(executablePath, flags, { stdio: ["ignore", "ignore", "pipe"] });
    const browser = await chromium.connectOverCDP(await addressOf(child), { noDefaults: true });
    return new LifecycleBrowser(child, profile, browser);
  }

  /**
   * Opens one more tab, which is looked at from then on.
   * @param untold keeps the `freeze` event from the page: it is frozen without a word
   */
  async tab(url: string, untold = false): Promise<Page> {
    const [context] = this.#browser.contexts();
    if (context === undefined) throw new Error("The browser has no profile.");
    const page = await context.newPage();
    // As text, since this side of the wire knows no DOM.
    if (untold) await page.addInitScript(DEAF);
    await page.goto(url);
    return page;
  }

  /** Freezes a tab that is not looked at. */
  async freeze(page: Page): Promise<void> {
    await setState(page, "frozen");
  }

  /** Lets a frozen tab run again, and looks at it. */
  async thaw(page: Page): Promise<void> {
    await setState(page, "active");
    await page.bringToFront();
  }

  /** Stops all that runs in a page, as work that takes long or a dialog would. @returns lets it go on */
  async halt(page: Page): Promise<() => Promise<void>> {
    const debug = await page.context().newCDPSession(page);
    await debug.send("Debugger.enable");
    const paused = new Promise<void>((resolve) => debug.once("Debugger.paused", () => resolve()));
    await debug.send("Debugger.pause");
    await paused;
    return async () => {
      await debug.send("Debugger.resume");
      await debug.detach();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    const exited = once(this.#child, "exit");
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill();
      await exited;
    }
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const DEAF = `document.addEventListener("freeze", (event) => event.stopImmediatePropagation(), { capture: true })`;

async function setState(page: Page, state: "frozen" | "active"): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  await debug.send("Page.setWebLifecycleState", { state });
  await debug.detach();
}

/** Where it takes commands. @throws Error with what it wrote when it ends before */
function addressOf(child: ChildProcess): Promise<string> {
  let written = "";
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (data: Buffer) => {
      written += data.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(written)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", (code) => reject(new Error(`Chromium ended with ${code}:\n${written}`)));
    child.once("error", reject);
  });
}
