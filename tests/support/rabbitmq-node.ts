import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** The commands themselves; those on the PATH are wrappers that change to the system's own broker and user. */
const BIN = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/opt/homebrew/sbin", "/usr/local/sbin"].find((folder) =>
  existsSync(path.join(folder, "rabbitmq-server")),
);

/** Why tests of the broker cannot run here; undefined when they can. In CI that is a failure, not an excuse. */
export const noBroker: string | undefined =
  BIN !== undefined || process.env["CI"] === "true" ? undefined : "rabbitmq-server is not installed";

/** How long the node may take to start or stop. It is an Erlang system, on a machine that does other things too. */
const PATIENCE_MS = 90_000;

/**
 * A RabbitMQ node of the test's own: its name, ports, port mapper, data and log are nobody else's, and
 * it listens on loopback only. It can be stopped, killed and started again with what it has stored.
 */
export class RabbitNode implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #epmd: ChildProcess;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number, env: NodeJS.ProcessEnv, epmd: ChildProcess) {
    this.url = `amqp://guest:guest@127.0.0.1:${port}`;
    this.#folder = folder;
    this.#env = env;
    this.#epmd = epmd;
  }

  /** @throws Error when there is no rabbitmq-server, or what it wrote when it does not start */
  static async start(): Promise<RabbitNode> {
    if (BIN === undefined) throw new Error("rabbitmq-server is not installed; install it, as .ci/run does.");
    const folder = await mkdtemp(path.join(tmpdir(), "throughline-rabbitmq-"));
    const [port, distribution, mapper] = await freePorts(3);
    const env = await environment(folder, Number(port), Number(distribution), Number(mapper));
    // As a child, so that it ends with the node and not with the machine.
    const epmd = spawn("epmd", ["-port", String(mapper), "-address", "127.0.0.1"], { stdio: "ignore" });
    const node = new RabbitNode(folder, Number(port), env, epmd);
    try {
      await once(epmd, "spawn");
      await node.restart();
      return node;
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts it again, with what it has stored. */
  async restart(): Promise<void> {
    const server = spawn(path.join(BIN as string, "rabbitmq-server"), [], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
      // The command is a script; with a process group of its own, what it starts can be ended as well.
      detached: true,
    });
    this.#server = server;
    await started(server);
  }

  /** Stops it in good order: what it confirmed is stored, and clients are told. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** kill -9: nobody is told, and what was not on disk is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Runs `rabbitmqctl` on it; what it wrote. */
  async control(...args: string[]): Promise<string> {
    const command = path.join(BIN as string, "rabbitmqctl");
    const { stdout } = await promisify(execFile)(command, ["--quiet", ...args], {
      env: this.#env,
      timeout: PATIENCE_MS,
    });
    return stdout;
  }

  /** Sets off or takes back the alarm that blocks everybody who publishes. */
  async alarm(on: boolean): Promise<void> {
    await this.control("set_vm_memory_high_watermark", on ? "0.0001" : "0.9");
  }

  /** Stops or goes on doing anything at all; its connections stay open. */
  freeze(on: boolean): void {
    if (this.#server?.pid !== undefined) process.kill(-this.#server.pid, on ? "SIGSTOP" : "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#epmd.exitCode === null && this.#epmd.signalCode === null && this.#epmd.pid !== undefined) {
      const exited = once(this.#epmd, "exit");
      this.#epmd.kill("SIGKILL");
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    process.kill(-server.pid, signal);
    await exited;
  }
}

async function environment(
  folder: string,
  port: number,
  distribution: number,
  mapper: number,
): Promise<NodeJS.ProcessEnv> {
  const file = (name: string): string => path.join(folder, name);
  await mkdir(file("home"));
  await writeFile(file("plugins"), "[].");
  await writeFile(file("env.conf"), "");
  await writeFile(file("rabbitmq.conf"), `listeners.tcp.1 = 127.0.0.1:${port}\ndisk_free_limit.absolute = 1MB\n`);
  return {
    PATH: process.env["PATH"],
    HOME: file("home"),
    RABBITMQ_NODENAME: `throughline-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: file("data"),
    RABBITMQ_LOG_BASE: file("log"),
    RABBITMQ_ENABLED_PLUGINS_FILE: file("plugins"),
    RABBITMQ_CONF_ENV_FILE: file("env.conf"),
    RABBITMQ_CONFIG_FILE: file("rabbitmq.conf"),
    RABBITMQ_PID_FILE: file("pid"),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: "127.0.0.1",
  };
}

/** Resolves once it takes connections. @throws Error with what it wrote when it ends or takes too long before */
function started(server: ChildProcess): Promise<void> {
  let written = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`RabbitMQ took too long to start:\n${written}`)), PATIENCE_MS);
    const take = (data: Buffer): void => {
      written += data.toString();
      if (!written.includes("completed with")) return;
      clearTimeout(timer);
      resolve();
    };
    server.stdout?.on("data", take);
    server.stderr?.on("data", take);
    server.once("error", reject);
    server.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`RabbitMQ ended with ${code}:\n${written}`));
    });
  });
}

/** Ports that are free now, all of them open at once so that none is found twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
