import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY = /listening on (\S+)/;
/** How long a start may take on a machine that is busy with other things. */
const START_MS = 60_000;

export interface ServerOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly durability: "full" | "os";
  /** Default `scripted`. */
  readonly agents?: string;
  /** Settings that are given as variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** `throughline start` in a process of its own. */
export class Server {
  readonly url: string;
  /** Resolves when the process is gone, in whatever way. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, gone: Promise<void>) {
    this.#child = child;
    this.url = url;
    this.gone = gone;
  }

  /** Resolves once it serves. @throws Error with what it said, when it ends or dawdles instead */
  static async start({ port, dataDir, durability, agents = "scripted", env = {} }: ServerOptions): Promise<Server> {
    const flags = ["--port", String(port), "--data-dir", dataDir, "--durability", durability, "--agents", agents];
    const child = spawn(
      process.execPath,
      ["--conditions=@throughline/source", "packages/throughline/src/bin.ts", "start", ...flags, "--drain-ms", "0"],
      { cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
    );
    let said = "";
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const url = new Promise<string>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const ready = READY.exec(said)?.[1];
        if (ready !== undefined) resolve(ready);
      });
    });
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const timer = Promise.withResolvers<undefined>();
    const timeout = setTimeout(() => timer.resolve(undefined), START_MS);
    const ready = await Promise.race([url, gone.then(() => undefined), timer.promise]);
    clearTimeout(timeout);
    if (ready !== undefined) return new Server(child, ready, gone);
    child.kill("SIGKILL");
    throw new Error(`The server did not start:\n${said}`);
  }

  /** kill -9. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.gone;
  }

  /** Asks it to stop, as a service manager does. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    await this.gone;
    return this.#child.exitCode;
  }
}

/** A port of the loopback interface that nobody has just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
