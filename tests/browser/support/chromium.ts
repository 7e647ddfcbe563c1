import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where the browser is: `CHROMIUM_PATH`, or a usual place. */
export const executablePath = [process.env["CHROMIUM_PATH"] ?? "", ...PLACES].find(
  (place) => place !== "" && existsSync(place),
);

/** Why browser tests cannot run here; undefined when they can. In CI that is a failure, not an excuse. */
export const noBrowser: string | undefined =
  executablePath !== undefined || process.env["CI"] === "true"
    ? undefined
    : `no Chromium found; install it or set CHROMIUM_PATH (looked in ${PLACES.join(", ")})`;

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** How a page is shown. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Pixels of the screen to one of the page. */
  readonly scale?: number;
  /** Whether the page may animate. */
  readonly isMoving?: boolean;
}

/** A browser with a fresh profile; it goes with the test that uses it. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @throws Error when there is no Chromium */
  static async launch(): Promise<TestBrowser> {
    if (executablePath === undefined) throw new Error(`No Chromium found in ${PLACES.join(", ")}; set CHROMIUM_PATH.`);
    return new TestBrowser(await chromium.launch({ executablePath, args: FLAGS }));
  }

  /** A page in a profile of its own, as on another machine. */
  async open(url: string, options: Look = {}): Promise<OpenPage> {
    const { width = 1440, height = 900, dark = false, scale = 1, isMoving = false } = options;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: isMoving ? "no-preference" : "reduce",
    });
    const page = await context.newPage();
    const opened = new OpenPage(page);
    await page.goto(url);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** A page, and what went wrong in it and its tabs. */
export class OpenPage {
  readonly page: Page;
  /** Errors nobody caught, and what the content policy refused. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    this.#listen(page);
  }

  /** One more tab of the same profile, which shares storage and everything else tabs share. */
  async tab(url: string): Promise<Page> {
    const page = await this.page.context().newPage();
    this.#listen(page);
    await page.goto(url);
    return page;
  }

  #listen(page: Page): void {
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      // Requests and sockets that fail while the server is away are what is being tried.
      const isNetwork = /^Failed to load resource|^WebSocket connection to /.test(text);
      if (message.type() === "error" && !isNetwork) this.errors.push(text);
    });
  }
}
