import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const COMMAND = [
  "--conditions=@throughline/source",
  "--disable-warning=ExperimentalWarning",
  "packages/throughline/src/bin.ts",
  "start",
];

/** `throughline start` as a process of its own, with data of its own. It can be killed and started again. */
export class ServerProcess implements AsyncDisposable {
  readonly #dataDir: string;
  #child: ChildProcess;
  /** Where it listens; the same after a restart. */
  readonly url: string;

  private constructor(dataDir: string, child: ChildProcess, url: string) {
    this.#dataDir = dataDir;
    this.#child = child;
    this.url = url;
  }

  static async start(): Promise<ServerProcess> {
    const dataDir = await mkdtemp(path.join(tmpdir(), "throughline-browser-"));
    const { child, url } = await launch(dataDir, "0");
    return new ServerProcess(dataDir, child, url);
  }

  /** kill -9: nothing is closed, nobody is told. */
  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  /** Starts it again on the same port and the same data. */
  async restart(): Promise<void> {
    const { child } = await launch(this.#dataDir, new URL(this.url).port);
    this.#child = child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

/** Resolves once it serves. @throws Error with what it wrote when it ends before */
async function launch(dataDir: string, port: string): Promise<{ child: ChildProcess; url: string }> {
  const env = { ...process.env, THROUGHLINE_DATA_DIR: dataDir, THROUGHLINE_PORT: port, THROUGHLINE_HOST: "127.0.0.1" };
  const child = spawn(process.execPath, COMMAND, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  child.stderr.on("data", (data: Buffer) => (written += data.toString()));
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      written += data.toString();
      const url = /listening on (http:\S+)/.exec(written)?.[1];
      if (url !== undefined) resolve({ child, url });
    });
    child.once("exit", (code) => reject(new Error(`throughline ended with ${code}:\n${written}`)));
    child.once("error", reject);
  });
}
