import { expect, test } from "vitest";
import type { WebSocketClass, WebSocketLike } from "../src/index.ts";
import { RealtimeClient } from "../src/realtime/index.ts";
// Loaded before it is needed: loading takes real time, of which the virtual clock knows nothing.
import "../src/carriers/http-carriers.ts";
import { openWorld, type World } from "./support/world.ts";

test("a server that welcomes a token and then turns it down is asked with new ones, and no faster than a lost one", async () => {
  await using world = await openWorld();
  const { WebSocket, opened } = turningDown(world);
  let asked = 0;
  const token = (): Promise<string> => Promise.resolve(`t${(asked += 1)}`);
  const client = world.client({ token, system: { WebSocket } });
  client.connect();
  await world.clock.advance(60_000);
  expect(client.connection.get()).toMatchObject({ state: "reconnecting", error: { code: "unauthenticated" } });
  expect(opened()).toBeGreaterThan(5);
  expect(opened()).toBeLessThan(30);
  expect(asked).toBe(opened());
});

test("likewise an address that turns down a ticket", async () => {
  await using world = await openWorld();
  const { WebSocket, opened } = turningDown(world);
  const { clock } = world;
  const url = (): Promise<string> => Promise.resolve("ws://x.example/ws/chat?ticket=t");
  using client = new RealtimeClient({ url, system: { clock, WebSocket, signals: { subscribe: () => () => {} } } });
  client.connect();
  await clock.advance(60_000);
  expect(client.state).toBe("reconnecting");
  expect(opened()).toBeGreaterThan(5);
  expect(opened()).toBeLessThan(30);
});

test("a token that takes its time does not cost the WebSocket, nor does an address", async () => {
  await using world = await openWorld();
  const { clock, server } = world;
  const late = <T>(value: T, ms: number): Promise<T> =>
    new Promise((resolve) => clock.setTimeout(() => resolve(value), ms));
  const client = world.client({ token: () => late("t", 9_000) });
  client.connect();
  await world.until(() => client.connection.get().state === "connected", "the connection");
  expect(client.connection.get().transport).toBe("websocket");
  const url = `${server.url.replace("http", "ws")}/ws/stream`;
  let asked = 0;
  using realtime = new RealtimeClient({
    url: () => late(url, (asked += 1) === 1 ? 11_000 : 9_000),
    system: {
      clock,
      WebSocket: slow(world, 5_000),
      signals: { subscribe: () => () => {} },
    },
  });
  realtime.connect();
  await world.until(() => realtime.state === "connected", "the other connection");
  // Nobody waits for ever for an address, either.
  expect(asked).toBe(2);
});

test.each(["websocket", "sse", "long-poll"] as const)("what does not open in time is given up, over %s", async (by) => {
  await using world = await openWorld();
  class Mute {
    send(): void {}
    close(): void {}
  }
  const system = { WebSocket: Mute as unknown as WebSocketClass, fetch: () => new Promise<Response>(() => {}) };
  const client = world.client({ transports: [by], token: () => Promise.resolve("t"), system });
  client.connect();
  await world.clock.advance(5_900);
  expect(client.connection.get().state).toBe("connecting");
  await world.clock.advance(200);
  expect(client.connection.get()).toMatchObject({ state: "reconnecting", error: { code: "connection_failed" } });
});

/** WebSockets to a server that welcomes whoever comes, and then does not accept the token. */
function turningDown({ clock }: World): { readonly WebSocket: WebSocketClass; opened(): number } {
  let opened = 0;
  const welcome = { type: "welcome", protocol: "throughline.v1", client_id: "c", heartbeat_ms: 30_000 };
  class TurningDown implements WebSocketLike {
    onopen: WebSocketLike["onopen"] = null;
    onmessage: WebSocketLike["onmessage"] = null;
    onclose: WebSocketLike["onclose"] = null;
    onerror: WebSocketLike["onerror"] = null;

    constructor() {
      opened += 1;
      clock.setTimeout(() => this.onopen?.(), 1);
      clock.setTimeout(() => this.onmessage?.({ data: JSON.stringify({ ...welcome, max_frame_bytes: 65_536 }) }), 2);
      clock.setTimeout(() => this.onclose?.({ code: 4401, reason: "unauthenticated" }), 4);
    }

    send(): void {}

    close(): void {}
  }
  return { WebSocket: TurningDown, opened: () => opened };
}

/** WebSockets that open so much later, in ms. */
function slow({ clock, server }: World, ms: number): WebSocketClass {
  return function (url: string) {
    const socket = new server.WebSocket(url) as unknown as WebSocketLike;
    return {
      set onopen(listener: WebSocketLike["onopen"]) {
        socket.onopen = () => clock.setTimeout(() => listener?.(), ms);
      },
      set onmessage(listener: WebSocketLike["onmessage"]) {
        socket.onmessage = listener;
      },
      set onclose(listener: WebSocketLike["onclose"]) {
        socket.onclose = listener;
      },
      set onerror(listener: WebSocketLike["onerror"]) {
        socket.onerror = listener;
      },
      send: (data: string) => socket.send(data),
      close: (code?: number) => socket.close(code),
    };
  } as unknown as WebSocketClass;
}
