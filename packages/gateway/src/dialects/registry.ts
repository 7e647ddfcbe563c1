import type { Dialect } from "@throughline/protocol";
import { agentStream } from "./agent-stream.ts";
import { taskThread } from "../tasks/task.ts";
import { chartCommands } from "./chart-commands.ts";
import { chat } from "./chat.ts";
import { tasks } from "./tasks.ts";

/** What an address says about its client and thread; ids are checked by who uses them. */
export interface Address {
  readonly clientId: string;
  readonly threadId: string;
  /** Who answers a start that names nobody. */
  readonly agent: string;
  /** Whether the client brought its id, so that it may come back under it. */
  readonly named: boolean;
}

/** Where a dialect is spoken over WebSocket. */
export interface Mount {
  /** A path, or a path that ends in `/*`: then one more segment names the thread. */
  readonly path: string;
  readonly dialect: Dialect;
  /** The thread of a client that names none; the last segment of a `/*` path comes as `name`. */
  readonly threadOf: (from: {
    readonly name: string;
    readonly query: URLSearchParams;
    readonly clientId: string;
  }) => string;
  readonly agent: string;
  /** Whether the thread must be there already; else it is made on demand. */
  readonly threadMustExist?: boolean;
}

/** Who answers a chat that names nobody. */
export const CHAT_AGENT = "project-manager";

/** Every dialect with a WebSocket address. Adding one is its file and an entry here. */
export const MOUNTS: readonly Mount[] = [
  {
    path: "/ws/stream",
    dialect: agentStream,
    threadOf: ({ query, clientId }) => query.get("thread_id") ?? `stream:${clientId}`,
    agent: "market-analyst",
  },
  {
    path: "/ws/chart-commands/*",
    dialect: chartCommands,
    threadOf: ({ name, query }) => query.get("thread_id") ?? `chart:${name}`,
    agent: "market-analyst",
  },
  {
    path: "/ws/chat",
    dialect: chat,
    threadOf: ({ query, clientId }) => query.get("thread_id") ?? `chat:${query.get("session_id") ?? clientId}`,
    agent: CHAT_AGENT,
  },
  {
    path: "/ws/tasks/*",
    dialect: tasks,
    threadOf: ({ name, query }) => query.get("thread_id") ?? taskThread(name),
    agent: "task-worker",
    threadMustExist: true,
  },
];

/** What is spoken at an address, and about which thread; undefined when nothing is. */
export function route(url: URL, newId: () => string): { readonly mount: Mount; readonly address: Address } | undefined {
  for (const mount of MOUNTS) {
    const name = nameIn(mount.path, url.pathname);
    if (name === undefined) continue;
    const query = url.searchParams;
    const brought = query.get("client_id");
    const clientId = brought ?? newId();
    const address = {
      clientId,
      threadId: mount.threadOf({ name, query, clientId }),
      agent: query.get("agent") ?? mount.agent,
      named: brought !== null,
    };
    return { mount, address };
  }
  return undefined;
}

/** Whether some dialect is spoken at a path. */
export function isMounted(pathname: string): boolean {
  return MOUNTS.some(({ path }) => nameIn(path, pathname) !== undefined);
}

/** The segment that stands for `*`, "" for a path without one, undefined when the path does not match. */
function nameIn(pattern: string, pathname: string): string | undefined {
  if (!pattern.endsWith("/*")) return pathname === pattern ? "" : undefined;
  const prefix = pattern.slice(0, -1);
  if (!pathname.startsWith(prefix)) return undefined;
  const name = decoded(pathname.slice(prefix.length));
  return name === "" ? undefined : name;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not an escape sequence: taken as it stands, and refused as an id.
    return segment;
  }
}
