import type { Json } from "@throughline/protocol";
import type { DialectFrame } from "@throughline/client/realtime";
import type { FrameDialect } from "../stores/stores.ts";

/** What a client says in the two protocols that the stores understand. */
export interface ClientFrames {
  chat(text: string, context: { readonly [key: string]: Json } | undefined): DialectFrame;
  cancel(runId: string | undefined): DialectFrame;
  answer(questionId: string, answer: Json): DialectFrame;
}

const STREAM: ClientFrames = {
  chat: (message, context) => ({ type: "chat", payload: { message, ...(context && { context }) } }),
  cancel: (runId) => ({ type: "cancel", payload: runId === undefined ? {} : { run_id: runId } }),
  answer: (questionId, answer) => ({ type: "answer", payload: { question_id: questionId, answer } }),
};

const CHAT: ClientFrames = {
  chat: (content, context) => ({ type: "message", data: { content, ...(context && { context }) } }),
  cancel: (runId) => ({ type: "cancel", ...(runId !== undefined && { data: { run_id: runId } }) }),
  answer: (questionId, answer) => ({ type: "answer", data: { question_id: questionId, answer } }),
};

export const CLIENT_FRAMES: Readonly<Record<FrameDialect, ClientFrames>> = { stream: STREAM, chat: CHAT };

/** Which protocol is spoken at an address. */
export function dialectAt(url: string): FrameDialect {
  return /\/ws\/chat\b/.test(url) ? "chat" : "stream";
}
