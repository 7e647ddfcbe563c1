import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, test } from "vitest";
import { createHttpServer } from "../src/server/http-server.ts";

const open: Disposable[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one[Symbol.dispose]();
});

/** A connection to a server that has little patience, which has said so much of a request. */
async function connected(said: string): Promise<Socket> {
  const server = createHttpServer(() => new Response("here"), { headersMs: 300, requestMs: 300 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  open.push({
    [Symbol.dispose]: () => {
      socket.destroy();
      server.close();
    },
  });
  // What it says is not looked at, but has to be read for its end to be seen.
  socket.resume();
  await once(socket, "connect");
  socket.write(said);
  return socket;
}

// Node looks at its connections every 30 s unless told otherwise: well beyond the time these tests have.
const bound = { timeout: 15_000 };

test("A3: a connection that says nothing is closed when the time for headers is over", bound, async () => {
  const socket = await connected("");
  await once(socket, "close");
});

test("A3: so is one that stops within its headers", bound, async () => {
  const socket = await connected("GET / HTTP/1.1\r\nhost: 127");
  await once(socket, "close");
});

test("A3: so is one that stops within its body", bound, async () => {
  const socket = await connected("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{");
  await once(socket, "close");
});
