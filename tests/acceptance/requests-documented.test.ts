import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { readEvents } from "../support/thread.ts";

const docs = readFileSync(new URL("../../docs/requests.md", import.meta.url), "utf8");
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

let folder: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "throughline-requests-"));
  symlinkSync(modules, path.join(folder, "node_modules"), "junction");
});

afterEach(() => {
  running?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Instead of what the client does with a message: tells of it, and loses its connection every other time. */
const AND_LOSE = `
  process.stdout.write(JSON.stringify([type, message.seq ?? null]) + "\\n");
  if (started && message.seq % 2 === 0) socket.io.engine.close();
`;

/** The documented client as it stands there, with some of its words replaced. */
function documented(replaced: ReadonlyMap<string, string>): string {
  let code = /```js\n(import .*?)```/s.exec(docs)?.[1] ?? "";
  for (const [word, by] of replaced) {
    expect(code).toContain(word);
    code = code.replace(word, () => by);
  }
  return `let started = false;\n${code}\nstarted = true;\n`;
}

test("D1: the documented client gets each message once, in order, however often it loses its connection", async () => {
  await using server = await startServer({ requestAgent: "scripted" });
  const code = documented(
    new Map([
      ["http://127.0.0.1:4400", server.origin],
      ["  // A function", "  reconnectionDelay: 1, reconnectionDelayMax: 5,\n  // A function"],
      ["compare AAPL and MSFT", "steps=300 tokens=0 interval=1"],
      ["console.log(type, message);", AND_LOSE],
    ]),
  );
  writeFileSync(path.join(folder, "client.mjs"), code);
  running = spawn(process.execPath, ["client.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(running, "exit").then(([exit]) => Promise.reject(new Error(`The client ended with ${exit}`)));
  const got: [type: string, seq: number | null][] = [];
  const read = async (): Promise<void> => {
    if (running?.stdout == null) throw new Error("The client cannot be heard.");
    for await (const line of createInterface(running.stdout)) {
      const message = JSON.parse(line) as (typeof got)[number];
      got.push(message);
      if (message[0] === "request.completed") return;
    }
  };
  await Promise.race([read(), ended]);
  // Its end is the test's doing from here on.
  ended.catch(() => undefined);
  const seqs = got.flatMap(([, seq]) => (seq === null ? [] : [seq]));
  const shown = (await readEvents(server, "request:r1")).filter(({ event }) => /^STEP_|^RUN_FINISHED/.test(event.type));
  expect(seqs).toEqual(shown.map(({ seq }) => seq));
  expect(seqs.length).toBeGreaterThan(300);
});
