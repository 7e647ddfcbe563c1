import {
  type Clock,
  type Logger,
  type Random,
  reduceAll,
  ThroughlineError,
  type ThreadView,
} from "@throughline/protocol";
import type { ControlWrite, StreamLog } from "@throughline/log";
import { encodeEvent } from "../../threads/codec.ts";
import { checkId, digest, keys, placeIn, streamName } from "../../threads/names.ts";
import type { Thread } from "../../threads/thread.ts";
import type { Threads } from "../../threads/threads.ts";
import { closingEvents } from "../run/closing.ts";
import { asked, askWrites } from "../stored/inbox.ts";
import { eachForItself } from "./each-for-itself.ts";

/** What forking needs of the gateway. */
export interface ForkPorts {
  readonly log: StreamLog;
  readonly threads: Threads;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a fork has come to. */
export interface Forked {
  readonly thread: Thread;
  /** The same command had made it before. */
  readonly duplicate: boolean;
}

export interface ForkOptions {
  readonly target?: string | undefined;
  readonly at?: number | undefined;
  /** Repeats of it apply once. */
  readonly commandId?: string | undefined;
}

/** The metadata that names the command which made a stream. */
const COMMAND = "forked-by";
/** The last fork onto each stream, while it is being made. */
const making = new WeakMap<Threads, Map<string, Promise<Forked>>>();

/**
 * A new thread that shares another's events up to a position. A run that goes on there is cut: its
 * slice in the new thread ends cancelled, since nobody executes it there.
 *
 * The log forks in one step and takes the end of the cut run in another. A control record stands from
 * before the first until the second, so that a fork that was interrupted between them is finished, by
 * the same call made again or at the next start. The new stream's metadata names the command that made
 * it, so that a repeat applies once (R4), be it while the first is still at work.
 * @throws not_found, stream_exists, control_mismatch (another makes it just now), invalid_input, trimmed
 */
export async function forkThread(
  ports: ForkPorts,
  tenant: string,
  sourceId: string,
  options: ForkOptions,
): Promise<Forked> {
  const targetId = checkId("id", options.target ?? `fork-${ports.random.uuid()}`);
  const target = streamName(tenant, targetId);
  const own = making.get(ports.threads) ?? new Map<string, Promise<Forked>>();
  making.set(ports.threads, own);
  const make = (): Promise<Forked> => makeFork(ports, tenant, { sourceId, targetId, ...options });
  const made = own.get(target)?.then(make, make) ?? make();
  own.set(target, made);
  try {
    return await made;
  } finally {
    if (own.get(target) === made) own.delete(target);
  }
}

/** Makes it, or finishes what an earlier call has begun. */
async function makeFork(
  ports: ForkPorts,
  tenant: string,
  options: ForkOptions & { readonly sourceId: string; readonly targetId: string },
): Promise<Forked> {
  const { log, threads } = ports;
  const { sourceId, targetId } = options;
  const source = await threads.find(tenant, sourceId);
  const at = options.at ?? source.head;
  if (at > source.head)
    throw new ThroughlineError("invalid_input", `"at" lies beyond the thread's end, ${source.head}.`);
  const target = streamName(tenant, targetId);
  const made = await log.info(target);
  const command: Readonly<Record<string, string>> =
    options.commandId === undefined ? {} : { [COMMAND]: digest(options.commandId) };
  const intent = { key: keys.fork(tenant, targetId), value: `${at} ${sourceId}` };
  const begun = await log.control(intent.key);
  if (begun === undefined && command[COMMAND] !== undefined && made?.metadata[COMMAND] === command[COMMAND])
    return { thread: await threads.open(tenant, targetId), duplicate: true };
  if (begun !== undefined && begun !== intent.value)
    throw new ThroughlineError("stream_exists", `"${targetId}" is being made of another thread.`);
  if (begun === undefined) await log.append({ appends: [], controls: [{ ...intent, expect: null }] });
  if (begun === undefined || made === undefined) {
    await log.fork(streamName(tenant, sourceId), target, { at, metadata: command }).catch(async (error: unknown) => {
      await log.append({ appends: [], controls: [{ key: intent.key, value: null }] });
      throw error;
    });
    await threads.forgetEmpty(tenant, targetId);
  }
  return { thread: await finish(ports, tenant, targetId), duplicate: false };
}

/** Finishes what an earlier process had begun. Its runs must have been ended before. */
export async function finishForks(ports: Omit<ForkPorts, "random">, logger: Logger): Promise<void> {
  for (const { key } of await ports.log.controls(keys.allForks, { limit: Number.MAX_SAFE_INTEGER })) {
    const { tenant, threadId } = placeIn(key);
    await eachForItself(logger, { tenant, threadId }, async () => {
      if ((await ports.log.info(streamName(tenant, threadId))) !== undefined) await finish(ports, tenant, threadId);
      else await ports.log.append({ appends: [], controls: [{ key, value: null }] });
    });
  }
}

async function finish(
  { threads, clock }: Omit<ForkPorts, "random">,
  tenant: string,
  targetId: string,
): Promise<Thread> {
  const fork = await threads.open(tenant, targetId);
  const cut = fork.view.runs.findLast(({ endSeq }) => endSeq === null);
  const now = clock.now();
  const events = cut === undefined ? [] : await closingEvents(fork, cut, { type: "cancelled" }, now);
  const text = firstText(fork);
  const agent = fork.view.runs.at(-1)?.agent ?? null;
  await fork.writer.write({
    compose: (first) => {
      const view = reduceAll(
        fork.view,
        events.map((event, index) => ({ seq: first + index, event })),
      );
      const line = fork.line.change({ id: targetId, status: view.status, lastSeq: view.lastSeq, now, text, agent });
      const done = { key: keys.fork(tenant, targetId), value: null };
      const controls = [...line.writes, ...openQuestions(fork, view, now), done];
      return { records: events.map(encodeEvent), controls, stored: line.stored };
    },
    insist: true,
  });
  return fork;
}

/** What is asked and not answered can be answered in the fork as well, whatever becomes of it in the source. */
function openQuestions(fork: Thread, { pendingInterrupts, runs }: ThreadView, now: number): ControlWrite[] {
  return pendingInterrupts.flatMap(({ runId, interrupt }) => {
    const agent = runs.find((run) => run.runId === runId)?.agent ?? "";
    return askWrites(fork, asked({ runId, agent }, interrupt, now));
  });
}

/** What the thread began with, for lists. */
function firstText(thread: Thread): string {
  const message = thread.view.messages.find(({ role }) => role === "user");
  return typeof message?.content === "string" ? message.content : "";
}
