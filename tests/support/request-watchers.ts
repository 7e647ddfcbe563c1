import { followRequest, type RequestClient } from "./request-client.ts";
import { SseFollower } from "./sse-follower.ts";
import { WsClient } from "./ws-client.ts";

/** A server that is reached over the network. */
export interface Reached {
  readonly origin: string;
  get(path: string): Promise<{ status: number; body: any }>;
  post(path: string, body: unknown): Promise<{ status: number; body: any }>;
}

/** A request, watched in every protocol there is. */
export interface Watchers extends AsyncDisposable {
  readonly socketIo: RequestClient;
  readonly stream: WsClient;
  readonly chat: WsClient;
  readonly tasks: WsClient;
  readonly chart: WsClient;
  readonly native: WsClient;
  readonly sse: SseFollower;
}

/** Opens one watcher of each kind, from the beginning. The request has to be there: a task's socket wants it so. */
export async function watchRequest(origin: string, requestId: string): Promise<Watchers> {
  const thread = `request:${requestId}`;
  const base = origin.replace("http", "ws");
  const open = (path: string, protocols: readonly string[] = []) => WsClient.open(base + path, {}, protocols);
  const [stream, chat, tasks, chart, native] = await Promise.all([
    open(`/ws/stream?thread_id=${thread}&after=0`),
    open(`/ws/chat?thread_id=${thread}&after=0`),
    open(`/ws/tasks/any?thread_id=${thread}&after=0`),
    open(`/ws/chart-commands/any?thread_id=${thread}&after=0`),
    open("/ws", ["throughline.v1"]),
  ]);
  native.send({ type: "hello", client_id: "native" });
  await native.next("welcome");
  native.send({ type: "subscribe", thread, from: "start", presence: false });
  const socketIo = followRequest(origin, requestId);
  await socketIo.connected();
  const sse = new SseFollower(origin, thread);
  const close = async (): Promise<void> => {
    for (const client of [stream, chat, tasks, chart, native]) client.drop();
    sse[Symbol.dispose]();
    await socketIo[Symbol.asyncDispose]();
  };
  return { socketIo, stream, chat, tasks, chart, native, sse, [Symbol.asyncDispose]: close };
}
