/** A worker thread of ours, seen from the main thread. */
import { Worker, type Transferable } from "node:worker_threads";

export class Thread<In, Out> {
  readonly #worker: Worker;
  /** Resolves when the thread has ended, with why if it failed. */
  readonly ended: Promise<Error | undefined>;

  /** @param name of the entry file beside this one, without its extension */
  constructor(name: string, workerData: object, transfer: Transferable[], handle: (message: Out) => void) {
    // From source under type stripping, or built.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./${name}.${extension}`, import.meta.url), {
      workerData,
      transferList: transfer,
      name: `log-${name}`,
    });
    this.#worker.on("message", handle);
    this.ended = new Promise((resolve) => {
      this.#worker.once("error", (error) => resolve(error instanceof Error ? error : new Error(String(error))));
      this.#worker.once("exit", () => resolve(undefined));
    });
  }

  send(message: In, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
