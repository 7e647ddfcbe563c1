import { untilSettled } from "./settled.ts";

/** What a server has to show: runs of every kind, tasks, an open question. */
export interface Seeded {
  /** A finished analysis with a chart. */
  readonly analysis: string;
  /** A run with a plan and no chart. */
  readonly planned: string;
  /** Waits for an answer. */
  readonly waiting: string;
  /** Still runs. */
  readonly running: string;
  readonly task: string;
}

/** Fills a server through its HTTP API; resolves once all that ends has ended. */
export async function seed(url: string): Promise<Seeded> {
  const seeded = { analysis: "web-spx", planned: "web-plan", waiting: "web-asks", running: "web-runs", task: "task-1" };
  await start(url, seeded.analysis, "market-analyst", "Analyze the S&P 500");
  await start(url, seeded.planned, "scripted", "tokens=60 interval=4 tools=3 steps=4");
  await start(url, seeded.waiting, "scripted", "tokens=12 interval=2 ask=Shall I place the order?");
  await start(url, "web-fails", "scripted", "tokens=9 interval=2 fail=4");
  await start(url, "web-aapl", "market-analyst", "How does AAPL look?");
  await start(url, seeded.running, "scripted", "tokens=100000 interval=200 tools=2 steps=2");
  await createTask(url, { id: seeded.task, title: "Review the quarter’s figures", priority: "P1", description: BRIEF });
  await createTask(url, { id: "task-2", title: "Write the changelog", priority: "P2", tags: ["docs"] });
  await createTask(url, { id: "task-3", title: "Compare two brokers’ fees", priority: null });
  await post(url, `/tasks/${seeded.task}/run`, {});
  await untilSettled(url, [seeded.analysis, seeded.planned, seeded.waiting, "web-fails", "web-aapl"]);
  return seeded;
}

const BRIEF = "Read the three reports, note what changed against last year, and say what to ask the board.";

/** Starts a run; resolves once the server has taken it. */
export async function start(url: string, thread: string, agent: string, input: string): Promise<void> {
  await post(url, `/threads/${thread}/runs`, { agent, input });
}

function createTask(url: string, task: object): Promise<void> {
  const checklist = ["Collect", "Compare", "Conclude"].map((text) => ({ text, done: text === "Collect" }));
  return post(url, "/tasks", { checklist, ...task });
}

async function post(url: string, path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
}
