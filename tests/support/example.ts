import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The folders of all examples. */
export const EXAMPLES: readonly string[] = readdirSync(FOLDER).sort();

export function folderOf(name: string): string {
  return FOLDER + name;
}

export interface Example extends AsyncDisposable {
  readonly origin: string;
  /** Ends it as a supervisor would; its exit code. */
  stop(): Promise<number | null>;
}

/** Starts an example's server in a process of its own, as its README says; resolves once it listens. */
export async function startExample(name: string): Promise<Example> {
  const child = spawn(
    process.execPath,
    ["--conditions=@throughline/source", "--disable-warning=ExperimentalWarning", "server.ts"],
    {
      cwd: folderOf(name),
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = once(child, "exit");
  const port = await portOf(child);
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const [code] = await exited;
    return code as number | null;
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    stop,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Read from what it prints once it listens. */
async function portOf({ stdout, stderr }: ChildProcess): Promise<number> {
  let said = "";
  let wrong = "";
  stderr?.on("data", (chunk: Buffer) => (wrong += chunk.toString()));
  for await (const chunk of stdout ?? []) {
    said += String(chunk);
    const port = /port: (\d+)/.exec(said)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`it ended without listening: ${said}${wrong}`);
}
