import {
  type CommandFrame,
  type ErrorCode,
  type RunText,
  type ThreadView,
  ThroughlineError,
} from "@throughline/protocol";
import type { PositiveAck, Waits } from "../outbox.ts";
import type { ClientSystem } from "../seams.ts";
import { ignorable } from "./ignorable.ts";
import { type Outgoing, OutgoingMessages } from "./outgoing.ts";

export interface NewMessage extends RunText {
  /** The thread's latest agent when absent, else the server's first. */
  readonly agent?: string;
}

export interface SendingPorts {
  readonly system: ClientSystem;
  readonly post: (command: CommandFrame["command"], waits: Waits) => Promise<PositiveAck>;
  /** Takes back a start that the server has nothing of. @returns whether there was one */
  readonly withdraw: (runId: string) => boolean;
  /** What is on its way has changed. */
  readonly changed: () => void;
}

/** What is found after a reload and is older than this, in ms, is not sent by itself. */
const MAX_AGE_MS = 60_000;

/** Starts runs with a person's messages, and shows those messages until the thread does. */
export class Sending {
  readonly #ports: SendingPorts;
  readonly #outgoing: OutgoingMessages;

  constructor(threadId: string, ports: SendingPorts) {
    const { clock, storage } = ports.system;
    this.#ports = ports;
    this.#outgoing = new OutgoingMessages(storage.tab, threadId, () => clock.now());
    this.#outgoing.restore(MAX_AGE_MS);
  }

  get items(): readonly Outgoing[] {
    return this.#outgoing.items;
  }

  /** Whether something is yet to be taken by the server. */
  get isBusy(): boolean {
    return this.items.some(({ status }) => status === "sending" || status === "waiting");
  }

  /** Sends what a reload has left behind. */
  resume(): void {
    for (const { runId, status } of this.items) if (status === "sending") void this.#start(runId);
  }

  send(message: string | NewMessage): Promise<{ readonly runId: string }> {
    const { text, context, agent } = typeof message === "string" ? { text: message } : message;
    const runId = this.#newRunId();
    this.#outgoing.put({ runId, text, ...(context && { context }), ...(agent !== undefined && { agent }) });
    const started = this.#start(runId);
    this.#ports.changed();
    return ignorable(started.then(() => ({ runId })));
  }

  retry(runId: string): Promise<void> {
    const message = this.#outgoing.find(runId);
    if (message?.status !== "failed") return Promise.resolve();
    this.#outgoing.put(message);
    const started = this.#start(runId);
    this.#ports.changed();
    return started;
  }

  discard(runId: string): string | undefined {
    const message = this.#outgoing.find(runId);
    if (message?.status !== "failed" && !this.#ports.withdraw(runId)) return undefined;
    this.cancelled(runId);
    return message?.text;
  }

  /** Forgets what is the server's by now, or all. */
  forget(isAll: boolean): void {
    this.#outgoing.drop(({ status }) => isAll || status === "accepted");
  }

  /** Nobody waits for this run any more. */
  cancelled(runId: string): void {
    if (this.#outgoing.find(runId) === undefined) return;
    this.#outgoing.drop((item) => item.runId === runId);
    this.#ports.changed();
  }

  /** Drops what the thread now shows, or says that never comes. What could not start has failed. */
  settle({ runs, withdrawnRuns }: ThreadView): void {
    if (this.items.length === 0) return;
    for (const { runId, code } of withdrawnRuns) {
      if (code !== null && this.#outgoing.find(runId) !== undefined) this.#refused(runId, code as ErrorCode);
    }
    const over = new Set([...runs, ...withdrawnRuns].map(({ runId }) => runId));
    this.#outgoing.drop(({ runId }) => over.has(runId));
  }

  #start(runId: string): Promise<void> {
    const message = this.#outgoing.find(runId);
    if (message === undefined) return Promise.resolve();
    const { text, context, agent } = message;
    const input = { text, ...(context && { context }) };
    const command = { type: "start", runId, input, ...(agent !== undefined && { agent }) } as const;
    const started = this.#ports
      .post(command, (why) => this.#noted(runId, "waiting", why))
      .then(
        () => this.#noted(runId, "accepted", null),
        (thrown: unknown) => {
          const error = ThroughlineError.from(thrown);
          this.#noted(runId, "failed", error);
          throw error;
        },
      );
    return ignorable(started);
  }

  /** Its run's id is used up: sent again, it is another run. */
  #refused(runId: string, code: ErrorCode): void {
    const error = new ThroughlineError(code, "It could not start when its turn came.");
    this.#outgoing.change(runId, "failed", error, this.#newRunId());
  }

  #newRunId(): string {
    return `run-${this.#ports.system.random.uuid()}`;
  }

  #noted(runId: string, status: Outgoing["status"], error: ThroughlineError | null): void {
    this.#outgoing.change(runId, status, error);
    this.#ports.changed();
  }
}
