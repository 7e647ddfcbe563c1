import { type CommandFrame, ERRORS, type NativeServerFrame, type PresenceFrame } from "@throughline/protocol";
import type { NativeContext, NativeHost } from "./carrier.ts";
import { failureIn, post } from "./http.ts";

type Mail = CommandFrame | PresenceFrame;

/** What one request takes (PROTOCOL.md N5). */
const MOST_AT_ONCE = 100;
/** How long an answer may take, in ms. */
const TIMEOUT_MS = 30_000;

/**
 * Brings commands to `POST /api/v1/commands`, one request after another so that they keep their order;
 * what comes meanwhile goes together with the next. How much can wait is bounded by the outbox.
 */
export class Mailer {
  readonly #context: NativeContext;
  readonly #host: Pick<NativeHost, "frame" | "heard" | "ended">;
  readonly #request = new AbortController();
  #waiting: Mail[] = [];
  #isBusy = false;

  constructor(context: NativeContext, host: Pick<NativeHost, "frame" | "heard" | "ended">) {
    this.#context = context;
    this.#host = host;
  }

  send(mail: Mail): void {
    this.#waiting.push(mail);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#context.system.clock.setImmediate(() => void this.#work());
  }

  close(): void {
    this.#waiting = [];
    this.#request.abort();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) await this.#post(this.#waiting.splice(0, MOST_AT_ONCE));
    this.#isBusy = false;
  }

  async #post(mails: readonly Mail[]): Promise<void> {
    const { signal } = this.#request;
    const timeout = new AbortController();
    const timer = this.#context.system.clock.setTimeout(() => timeout.abort(), TIMEOUT_MS);
    try {
      const body = ({ client_id }: { client_id?: string }): object => ({ client_id, frames: mails });
      const options = { signal: AbortSignal.any([signal, timeout.signal]), accept: "application/json" };
      const response = await post(this.#context, "commands", body, options);
      const { frames } = (await response.json()) as { readonly frames: readonly NativeServerFrame[] };
      if (signal.aborted) return;
      this.#host.heard();
      for (const frame of frames) if (!signal.aborted) this.#host.frame(frame);
    } catch (thrown) {
      if (!signal.aborted) await this.#fail(mails, thrown);
    } finally {
      timer.cancel();
    }
  }

  /** A refusal is the command's; where there were several, each is asked for alone. All else is the connection's. */
  async #fail(mails: readonly Mail[], thrown: unknown): Promise<void> {
    const failure = failureIn(thrown);
    if (failure.kind !== "refused") return this.#host.ended(failure);
    if (mails.length > 1) {
      for (const mail of mails) await this.#post([mail]);
      return;
    }
    const { code, message } = failure.error;
    for (const mail of mails) {
      if (mail.type !== "command") continue;
      this.#host.frame({ type: "ack", id: mail.id, ok: false, code, message, remedy: ERRORS[code].remedy });
    }
  }
}
