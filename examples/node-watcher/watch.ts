import { createInterface } from "node:readline";
import { createClient } from "@throughline/client";

// Usage: npm start -- THREAD [ADDRESS]
const [threadId = "demo", url = "http://127.0.0.1:4400"] = process.argv.slice(2);
const client = createClient({ url, name: "watcher" });
const thread = client.thread(threadId);

client.on("connected", ({ transport }) => console.log(`[live over ${transport}]`));
client.on("reconnecting", ({ attempt, delay }) => console.log(`[reconnecting in ${delay} ms, attempt ${attempt}]`));
client.on("error", (error) => console.log(`[${error.code}: ${error.message}]`));

thread.events(({ event }) => {
  if (event.type === "RUN_STARTED") console.log(`\n[run ${event.runId}]`);
  if (event.type === "TEXT_MESSAGE_CONTENT") process.stdout.write(event.delta);
  if (event.type === "TOOL_CALL_START") console.log(`\n[tool ${event.toolCallName}]`);
  if (event.type === "RUN_ERROR") console.log(`\n[failed: ${event.message}]`);
  if (event.type !== "RUN_FINISHED") return;
  console.log(`\n[${event.outcome?.type ?? "success"}]`);
  for (const { interrupt } of thread.view.get().view.pendingInterrupts) console.log(`? ${interrupt.message}`);
});

/** What was typed: a command, the answer to an open question, or a message. */
async function take(line: string): Promise<void> {
  const { view } = thread.view.get();
  const [question] = view.pendingInterrupts;
  if (line === "/stop") await thread.stop();
  else if (line === "/pause") await thread.pause();
  else if (line === "/resume") await thread.resume();
  else if (question !== undefined) await thread.answer(question.interrupt.id, line);
  else if (line !== "") await thread.send(line);
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  take(line.trim()).catch((error: unknown) => console.log(`[${String(error)}]`));
});
lines.once("close", () => client.close());
