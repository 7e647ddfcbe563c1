import { createMemoryLog, memoryDisk, type MemoryDisk } from "@throughline/log";
import { systemClock, systemRandom } from "@throughline/gateway";
import type { Frame, TestServer, TestServerOptions } from "./gateway.ts";
import { startServer } from "./gateway.ts";
import type { WsClient } from "./ws-client.ts";

/** A server whose log lies on a disk that survives it. */
export function serverOn(disk: MemoryDisk, options: TestServerOptions = {}): Promise<TestServer> {
  return startServer({ ...options, log: createMemoryLog({ clock: systemClock, random: systemRandom, disk }) });
}

/** The next frame of this event type. */
export function nextEvent(
  client: WsClient,
  type: string,
  matches: (frame: Frame) => boolean = () => true,
): Promise<Frame> {
  return client.nextWhere((frame) => frame["event_type"] === type && matches(frame), type);
}

/** A request to the tasks' API; the body comes parsed where it is JSON, else as text. */
export async function call(
  server: TestServer,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; body: any }> {
  const response = await fetch(`${server.origin}/api/v1/tasks${path}`, {
    method,
    headers: { "content-type": "application/json", ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json") === true && text !== "";
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

/** Makes a task. */
export async function makeTask(server: TestServer, task: Record<string, unknown> = {}): Promise<any> {
  const { status, body } = await call(server, "POST", "/", { body: { title: "Ship it", ...task } });
  if (status !== 201) throw new Error(`no task was made: ${JSON.stringify(body)}`);
  return body;
}

/** Waits, event by event, until the task has this status; gives it as it is then. */
export async function untilTask(server: TestServer, id: string, status: string): Promise<any> {
  const events = `/api/v1/threads/task:${id}/events`;
  for (;;) {
    const after = (await server.get(`${events}?after=0&limit=1`)).body.last_seq;
    const { body } = await call(server, "GET", `/${id}`);
    if (body.status === status) return body;
    await server.get(`${events}?after=${after}&wait=20`);
  }
}

/** A disk whose machine dies when a test says so. */
export interface CrashingDisk {
  readonly disk: MemoryDisk;
  /** Lets the next `writes - 1` writes through and dies with the one after. Resolves when it has. */
  crashAfter(writes: number): Promise<void>;
  /** Dies now, unless it has already. */
  crash(): void;
}

export function crashingDisk(): CrashingDisk {
  let left = Number.POSITIVE_INFINITY;
  let crashed = (): void => undefined;
  const disk = memoryDisk({
    fate: () => {
      left -= 1;
      if (left === 0) die();
      return "ok";
    },
  });
  const die = (): void => {
    left = Number.POSITIVE_INFINITY;
    disk.crash();
    crashed();
  };
  return {
    disk,
    crashAfter: (writes) => {
      left = writes;
      return new Promise((resolve) => {
        crashed = resolve;
      });
    },
    crash: () => {
      if (left !== Number.POSITIVE_INFINITY) die();
    },
  };
}
