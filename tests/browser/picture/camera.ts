import type { Page } from "playwright-core";
import type { Frame } from "./gif.ts";

/** Between two pictures of the film; a screenshot that takes longer makes it coarser and not slower. */
const EVERY_MS = 200;
/** No picture but the last stands for longer: what a busy machine takes is not what the page took. */
const LONGEST_MS = 2 * EVERY_MS;
/** The last picture stands for this long before the film begins again. */
const LAST_MS = 2500;

interface Shot {
  readonly png: Buffer;
  /** When it was taken, in ms. */
  readonly at: number;
  readonly speed: number;
}

/** Takes pictures of a page while something happens in it. */
export class Camera {
  readonly #page: Page;
  readonly #shots: Shot[] = [];
  /** How many times faster than it happens the film shows what comes now. */
  speed = 1;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for so many more pictures, for what must be seen however busy the machine is. @throws when the page is gone */
  async pictures(count: number): Promise<void> {
    const until = this.#shots.length + count;
    while (this.#shots.length < until) await this.#page.waitForTimeout(EVERY_MS / 2);
  }

  /** Films until `story` is over. @throws whatever `story` throws, once the camera has stopped */
  async film(story: () => Promise<void>): Promise<readonly Frame[]> {
    let isOver = false;
    const filming = (async () => {
      while (!isOver) await this.#shoot();
    })();
    try {
      await story();
    } finally {
      isOver = true;
      await filming;
    }
    return this.#developed();
  }

  async #shoot(): Promise<void> {
    const at = performance.now();
    const { speed } = this;
    this.#shots.push({ png: await this.#page.screenshot(), at, speed });
    const rest = EVERY_MS * speed - (performance.now() - at);
    if (rest > 0) await this.#page.waitForTimeout(rest);
  }

  /** Two pictures that are the same are one that stands longer. */
  #developed(): Frame[] {
    const frames: Frame[] = [];
    for (const [index, { png, at, speed }] of this.#shots.entries()) {
      const next = this.#shots[index + 1]?.at;
      const durationMs = next === undefined ? LAST_MS : Math.min((next - at) / speed, LONGEST_MS);
      const last = frames.at(-1);
      if (last?.png.equals(png)) frames[frames.length - 1] = { png, durationMs: last.durationMs + durationMs };
      else frames.push({ png, durationMs });
    }
    return frames;
  }
}
