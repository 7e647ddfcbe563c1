import { createServer } from "node:http";
import { Server } from "socket.io";
import { Publisher, type TestServer } from "./publisher.ts";
import { tokenFrame } from "./payload.ts";
import { threadName, type Case } from "./task.ts";

const PACKET_BYTES = 250;

/** Socket.IO, a room per thread, over WebSocket only. */
export async function startSocketIo({ threads, rate }: Case): Promise<TestServer> {
  const http = createServer();
  const io = new Server(http, { transports: ["websocket"], serveClient: false });
  io.on("connection", (socket) => void socket.join(String(socket.handshake.query["thread_id"])));
  let seq = 0;
  const round = (): void => {
    seq += 1;
    for (let i = 0; i < threads; i++) io.to(threadName(i)).emit("token", tokenFrame(seq));
  };
  const backlog = (): number => {
    let most = 0;
    for (const { conn } of io.sockets.sockets.values())
      most = Math.max(most, conn["writeBuffer"].length * PACKET_BYTES);
    return most;
  };
  const publisher = new Publisher({ round, backlog, rate });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as { port: number };
  return { port, publish: () => publisher.start(), silence: () => publisher.stop() };
}
