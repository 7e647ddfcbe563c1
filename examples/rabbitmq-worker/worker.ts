import { setTimeout as delay } from "node:timers/promises";
import { Broker, type Message } from "./broker.ts";

/**
 * An agent that counts words, in a process of its own. It knows the broker and nothing of Throughline: what
 * goes over the wire stands in docs/workers.md.
 */
const AGENT = process.env["WORKER_AGENT"] ?? "word-counter";
const URL = process.env["THROUGHLINE_RABBITMQ_URL"] ?? "amqp://127.0.0.1:5672";
/** How long a step takes, so that people can watch, in ms. */
const STEP_MS = Number(process.env["WORKER_STEP_MS"] ?? 500);
/** Well within the lease of 60 s. */
const HEARTBEAT_MS = 15_000;

const SPLIT = { stepId: "split", order: 1, tool: "splitter", title: "Split the text into words" };
const COUNT = { stepId: "count", order: 2, tool: "counter", title: "Count them" };
const CHOICES = ["words", "letters"];

/** More at once would starve one another. */
const MOST_RUNS = 20;

/** The runs this process works on. */
const running = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>();

const broker = new Broker(URL, AGENT, {
  room: async () => {
    while (running.size >= MOST_RUNS) await Promise.race([...running.values()].map(({ done }) => done));
  },
  onRequest: (request) => {
    const controller = new AbortController();
    const done = work(request, controller.signal).finally(() => running.delete(request.runId));
    running.set(request.runId, { controller, done });
  },
  onControl: ({ type, runId }) => {
    if (type === "cancel") running.get(runId)?.controller.abort();
  },
});

/** Works on one run: from a request to a question, or from an answer to the result. */
async function work(request: Message, signal: AbortSignal): Promise<void> {
  const { requestId, runId } = request;
  let count = 0;
  const about = { requestId, runId };
  const say = async (type: string, agent: string, data: object): Promise<void> => {
    // A cancelled run has ended; nobody hears what is still said in it.
    signal.throwIfAborted();
    await broker.say(`${runId}:${++count}`, { type, ...about, agent, data });
  };
  const step = async ({ stepId, order, tool }: typeof SPLIT, result: () => unknown): Promise<void> => {
    const data = { stepId, stepOrder: order, tool };
    await say("executor.step.progress", "executor-agent", { ...data, status: "running" });
    await delay(STEP_MS, undefined, { signal });
    await say("executor.step.progress", "executor-agent", { ...data, status: "completed", result: result() });
  };
  const heartbeat = setInterval(() => broker.beat({ type: "agent.heartbeat", ...about, agent: AGENT }), HEARTBEAT_MS);
  try {
    const text = String(request["userQuery"]);
    const words = text.split(/\s+/).filter((word) => word !== "");
    if (request.type === "request.start") {
      await say("thought.completed", "thought-agent", { plan: { steps: [SPLIT, COUNT] } });
      await step(SPLIT, () => ({ words: words.length }));
      // Ends this run. The answer comes as request.feedback and is a run of its own.
      await say("feedback.requested", "executor-agent", {
        questionId: `${runId}:what`,
        question: "What should be counted?",
        options: CHOICES,
      });
      return;
    }
    const what = CHOICES.find((choice) => choice === request["answer"]) ?? "words";
    const total = what === "words" ? words.length : words.join("").length;
    await step(COUNT, () => ({ [what]: total }));
    await say("executor.completed", "executor-agent", { [what]: total });
    await say("request.completed", AGENT, { result: { summary: `${total} ${what}`, [what]: total } });
  } catch (error) {
    if (signal.aborted) return;
    await say("agent.error", AGENT, { message: error instanceof Error ? error.message : String(error), fatal: true });
  } finally {
    clearInterval(heartbeat);
  }
}

process.once("SIGTERM", () => {
  broker.close();
  // What is unfinished ends by its lease: nobody else knows how far it has come.
  for (const { controller } of running.values()) controller.abort();
});

await broker.serve();
