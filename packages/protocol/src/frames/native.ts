import { z } from "zod";
import { ERRORS, type ErrorCode } from "../errors.ts";
import { NATIVE_PROTOCOL } from "../native.ts";

/**
 * The frames of the native protocol, both ways; PROTOCOL.md says what they mean, ../native.ts has their
 * types. Objects are loose: fields that are not known are ignored.
 */

const Json = z.json();
/** Ids are looked at where they are used, so that what is refused can name them. */
const Id = z.string().min(1).max(400);
const Seq = z.int().min(0);
const Name = z.string().max(100);
const Code = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

const From = z.union([z.enum(["start", "now", "view"]), z.looseObject({ after: z.string().max(80) })]);

/** What a subscription says, in a frame or in a `follow` request. */
export const NativeSubscription = z.looseObject({ thread: Id, from: From, presence: z.boolean().optional() });

export const NativeHello = z.looseObject({
  type: z.literal("hello"),
  client_id: Id.optional(),
  name: Name.optional(),
  token: z.string().max(16_384).optional(),
});

const RunCommand = z.looseObject({ type: z.enum(["cancel", "pause", "resume"]), runId: Id.optional() });
const Turn = z.looseObject({ role: z.enum(["user", "assistant", "system"]), content: z.string() });
const Start = z.looseObject({
  type: z.literal("start"),
  runId: Id.optional(),
  agent: Id.optional(),
  input: z.looseObject({ text: z.string(), context: z.record(z.string(), Json).optional() }),
  history: z.array(Turn).max(1_000).optional(),
});
const Answer = z.looseObject({ type: z.literal("answer"), interruptId: Id, answer: Json });
const Fork = z.looseObject({ type: z.literal("fork"), thread: Id, at: Seq.optional() });

export const NativeCommand = z.looseObject({
  type: z.literal("command"),
  id: Id,
  thread: Id,
  command: z.discriminatedUnion("type", [Start, RunCommand, Answer, Fork]),
});

export const NativePresence = z.looseObject({ type: z.literal("presence"), thread: Id, typing: z.boolean() });

const PingId = z.union([z.string().max(200), z.number()]);

/** What a client may send. */
export const NativeClientFrame = z.discriminatedUnion("type", [
  NativeHello,
  NativeSubscription.extend({ type: z.literal("subscribe") }),
  z.looseObject({ type: z.literal("unsubscribe"), thread: Id }),
  NativeCommand,
  NativePresence,
  z.looseObject({ type: z.literal("ping"), id: PingId }),
]);

const refusal = { code: Code, message: z.string() };
const place = { thread: Id, epoch: z.string() };

/** What the server may send. */
export const NativeServerFrame = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("welcome"),
    protocol: z.literal(NATIVE_PROTOCOL),
    client_id: Id,
    heartbeat_ms: z.int().min(1),
    max_frame_bytes: z.int().min(1),
  }),
  z.looseObject({
    type: z.literal("subscribed"),
    ...place,
    after: Seq,
    head: Seq,
    view: z.looseObject({ id: Id, epoch: z.string(), last_seq: Seq }).optional(),
  }),
  z.looseObject({
    type: z.literal("events"),
    ...place,
    seq: z.int().min(1),
    events: z.array(z.looseObject({ type: z.string() })).min(1),
  }),
  z.looseObject({
    type: z.literal("reset"),
    ...place,
    last_seq: Seq,
    reason: z.enum(["epoch", "ahead", "trimmed"]),
  }),
  z.looseObject({ type: z.literal("unsubscribed"), thread: Id, ...refusal }),
  z.looseObject({
    type: z.literal("ack"),
    id: Id,
    ok: z.boolean(),
    run_id: Id.optional(),
    thread: Id.optional(),
    duplicate: z.boolean().optional(),
    code: Code.optional(),
    message: z.string().optional(),
    remedy: z.string().optional(),
  }),
  z.looseObject({
    type: z.literal("watchers"),
    thread: Id,
    watchers: z.array(z.looseObject({ client_id: Id, name: Name.nullable(), typing: z.boolean() })).max(100),
    total: Seq,
  }),
  z.looseObject({ type: z.literal("pong"), id: PingId }),
  z.looseObject({ type: z.literal("draining"), retry_after_ms: z.int().min(0) }),
  z.looseObject({ type: z.literal("error"), ...refusal, remedy: z.string() }),
]);
