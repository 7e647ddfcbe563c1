import type { Command, Decoded, DialectContext, ErrorCode, JsonObject, StartCommand } from "@throughline/protocol";
import { command, type Read, readAnswer, readFrame, reply, runIdIn, unknownType } from "./client-frames.ts";
import { isObject } from "./frames.ts";

/** A protocol in which a person talks with an agent, and what its clients call things. */
export interface Conversation {
  /** The field that holds all that a frame says beside its type and its id. */
  readonly body: "payload" | "data";
  /** The type of the frames in which a person speaks. */
  readonly speech: string;
  /** What such a frame starts. */
  readonly readSpeech: (body: JsonObject, context: DialectContext) => Read<Speech>;
  readonly errorFrame: (code: ErrorCode, message: string, now: number) => JsonObject;
}

/** What a person says, and what was said before. */
export type Speech = Pick<StartCommand, "input" | "history">;

/** What a client's frame means: it speaks, cancels, answers, or pings. */
export function decodeTalk(talk: Conversation, text: string, context: DialectContext, now: number): Decoded {
  const frame = readFrame(text);
  if (!frame.ok) return reply(talk.errorFrame(frame.code, frame.message, now));
  const { fields, id } = frame.value;
  if (fields["type"] === "ping") return reply({ type: "pong" });
  if (fields["type"] === "pong") return { commands: [], replies: [] };
  const asked = readCommand(talk, fields, context);
  return asked.ok ? command({ ...asked.value, ...id }) : reply(talk.errorFrame(asked.code, asked.message, now));
}

function readCommand(talk: Conversation, fields: JsonObject, context: DialectContext): Read<Command> {
  const body = isObject(fields[talk.body]) ? (fields[talk.body] as JsonObject) : {};
  const run = runIdIn(body["run_id"]);
  switch (fields["type"]) {
    case talk.speech: {
      const said = talk.readSpeech(body, context);
      return said.ok ? { ok: true, value: { type: "start", ...run, ...said.value } } : said;
    }
    case "cancel":
      return { ok: true, value: { type: "cancel", ...run } };
    case "answer": {
      const names = { question: `${talk.body}.question_id`, answer: `${talk.body}.answer` };
      return readAnswer(body["question_id"], body["answer"], names);
    }
    default:
      return unknownType(fields);
  }
}
