import { WebSocketServer, type WebSocket } from "ws";
import { Publisher, type TestServer } from "./publisher.ts";
import { tokenFrame } from "./payload.ts";
import { threadName, type Case } from "./task.ts";

/** A broadcast server on `ws` the way everybody writes it: one `send` of a string per subscriber. */
export function startWs({ threads, rate }: Case): Promise<TestServer> {
  const rooms = Array.from({ length: threads }, () => new Set<WebSocket>());
  const byName = new Map(rooms.map((room, index) => [threadName(index), room]));
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket, request) => {
    const room = new URL(request.url ?? "/", "ws://local").searchParams.get("thread_id") ?? "";
    byName.get(room)?.add(socket);
  });
  let seq = 0;
  const round = (): void => {
    seq += 1;
    for (const room of rooms) {
      const text = JSON.stringify(tokenFrame(seq));
      for (const socket of room) if (socket.readyState === socket.OPEN) socket.send(text);
    }
  };
  const backlog = (): number => {
    let most = 0;
    for (const socket of server.clients) most = Math.max(most, socket.bufferedAmount);
    return most;
  };
  const publisher = new Publisher({ round, backlog, rate });
  return new Promise((resolve) => {
    server.once("listening", () => {
      const { port } = server.address() as { port: number };
      resolve({ port, publish: () => publisher.start(), silence: () => publisher.stop() });
    });
  });
}
