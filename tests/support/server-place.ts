import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, Server } from "./server-process.ts";

export interface PlaceOptions {
  /** Agents that are served here; default `scripted`. */
  readonly agents?: string;
  /** Settings that are given as variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One server process after another behind a broker, on the same data and at the same address. */
export class ServerPlace implements AsyncDisposable {
  readonly origin: string;
  readonly #options: Parameters<typeof Server.start>[0];
  #server: Server | undefined;

  private constructor(options: Parameters<typeof Server.start>[0]) {
    this.#options = options;
    this.origin = `http://127.0.0.1:${options.port}`;
  }

  /** Resolves once the first server serves. */
  static async open(broker: string, { env = {}, ...options }: PlaceOptions = {}): Promise<ServerPlace> {
    const dataDir = await mkdtemp(path.join(tmpdir(), "throughline-place-"));
    const place = new ServerPlace({
      port: await freePort(),
      dataDir,
      // What a killed process has written survives it.
      durability: "os",
      env: { THROUGHLINE_RABBITMQ_URL: broker, ...env },
      ...options,
    });
    await place.start();
    return place;
  }

  async start(): Promise<void> {
    this.#server = await Server.start(this.#options);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  async get(address: string): Promise<{ status: number; body: any }> {
    return answer(await fetch(this.origin + address));
  }

  async post(address: string, body: unknown): Promise<{ status: number; body: any }> {
    const headers = { "content-type": "application/json" };
    return answer(await fetch(this.origin + address, { method: "POST", headers, body: JSON.stringify(body) }));
  }

  /** How many messages of agents this server has taken, by what became of them. */
  async received(reception: string): Promise<number> {
    const text = await (await fetch(`${this.origin}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith("throughline_broker_received_total"));
    const ours = lines.filter((line) => line.includes(`reception="${reception}"`));
    return ours.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#options.dataDir, { recursive: true, force: true });
  }
}

async function answer(response: Response): Promise<{ status: number; body: any }> {
  return { status: response.status, body: await response.json() };
}
