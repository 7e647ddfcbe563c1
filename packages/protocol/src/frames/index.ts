import type { z } from "zod";
import { AgentStreamClientFrame, AgentStreamServerFrame } from "./agent-stream.ts";
import { ChatClientFrame, ChatServerFrame } from "./chat.ts";
import { NativeClientFrame, NativeServerFrame } from "./native.ts";
import { QuoteClientFrame, QuoteServerFrame } from "./quotes.ts";
import { RequestClientEvent, RequestServerEvent } from "./requests.ts";
import { ChartClientFrame, ChartServerFrame } from "./chart-commands.ts";
import { TaskClientFrame, TaskServerFrame } from "./tasks.ts";

/** A WebSocket address as it is documented: where it is, and what is said there. */
export interface FrameSchemas {
  /** Path; a segment in braces names the thread. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  /** Every frame a client may send: a union of objects that their `type` tells apart. */
  readonly fromClient: z.ZodType;
  /** Every frame the server may send, likewise. */
  readonly fromServer: z.ZodType;
  /** Query parameters beside those that every address of one thread takes. */
  readonly query?: Readonly<Record<string, string>>;
  /** Whether the connection is no thread's, so that it takes none of those. */
  readonly ofNoThread?: boolean;
  /** Spoken through Socket.IO: a frame is an event named by its type. Then `query` is all there is. */
  readonly over?: "socketio";
}

/**
 * The frames of every WebSocket protocol, by the name of its dialect. `/asyncapi.json` is made of
 * this; a dialect that is missing here fails a test.
 */
export const FRAMES: Readonly<Record<string, FrameSchemas>> = {
  native: {
    address: "/ws",
    title: "Native protocol",
    description:
      "Many threads on one connection: events, commands, presence. Subprotocol throughline.v1; see PROTOCOL.md.",
    fromClient: NativeClientFrame,
    fromServer: NativeServerFrame,
    ofNoThread: true,
  },
  stream: {
    address: "/ws/stream",
    title: "Agent stream",
    description: "One chat with a team of named agents, streamed step by step.",
    fromClient: AgentStreamClientFrame,
    fromServer: AgentStreamServerFrame,
    query: { thread_id: "The thread to follow; absent = the client's own.", agent: "Who answers a chat." },
  },
  chat: {
    address: "/ws/chat",
    title: "Chat",
    description: "An assistant that clarifies, plans and writes stories.",
    fromClient: ChatClientFrame,
    fromServer: ChatServerFrame,
    query: {
      session_id: "The session; absent = one of the client's own.",
      thread_id: "Chat about another thread instead.",
      agent: "Who answers; default project-manager.",
    },
  },
  quotes: {
    address: "/ws/quotes",
    title: "Quotes",
    description: "Prices of the symbols asked for, at least once a second each. Neither stored nor repeated.",
    fromClient: QuoteClientFrame,
    fromServer: QuoteServerFrame,
    ofNoThread: true,
    query: { symbols: "Symbols separated by commas, at most 50." },
  },
  requests: {
    address: "/socket.io/",
    title: "Requests",
    description:
      "Requests that a team plans and carries out step by step, over Socket.IO 4: each message is an event named by " +
      "its `type`. A client's events may ask for an acknowledgement, `{ok:true,…}` or `{ok:false,code,message}`.",
    fromClient: RequestClientEvent,
    fromServer: RequestServerEvent,
    over: "socketio",
    query: {
      requestId: "The request to follow from the start; `auth` takes it too, as it does the others.",
      lastSeq: "The position to go on from, SEQ or EPOCH.SEQ; absent = what a late joiner gets.",
      client_id: "Names the client, so that repeats of its events apply once; absent = made by the server.",
    },
  },
  "chart-commands": {
    address: "/ws/chart-commands/{session_id}",
    title: "Chart commands",
    description: "An agent steers every chart that watches a session.",
    fromClient: ChartClientFrame,
    fromServer: ChartServerFrame,
  },
  tasks: {
    address: "/ws/tasks/{task_id}",
    title: "Tasks",
    description: "One task with its runs, for boards and detail panels.",
    fromClient: TaskClientFrame,
    fromServer: TaskServerFrame,
  },
};
