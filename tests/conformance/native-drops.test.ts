import { scripted } from "@throughline/agents";
import type { AguiEvent, NativeServerFrame } from "@throughline/protocol";
import { createTestServer, seededRandom, type TestServer } from "@throughline/testing";
import { describe, expect, test } from "vitest";
import { position } from "./carriers.ts";

/** A client whose network breaks again and again, at places that a seed decides. */
class Wanderer {
  readonly events: AguiEvent[] = [];
  problem: string | undefined;
  #epoch = "";
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** Connects and follows on from where it is. */
  connect(): void {
    const socket = new this.#server.WebSocket("ws://127.0.0.1/ws", ["throughline.v1"]);
    socket.onopen = () => {
      const from = this.events.length === 0 ? "start" : { after: position(this.#epoch, this.events.length) };
      socket.send(JSON.stringify({ type: "hello", client_id: "wanderer" }));
      socket.send(JSON.stringify({ type: "subscribe", thread: "t", from }));
    };
    socket.onmessage = ({ data }) => this.#handle(JSON.parse(data) as NativeServerFrame);
  }

  #handle(frame: NativeServerFrame): void {
    if (frame.type === "reset" || frame.type === "unsubscribed") this.problem = JSON.stringify(frame);
    if (frame.type !== "events") return;
    if (frame.seq !== this.events.length + 1) this.problem = `${frame.seq} follows ${this.events.length}`;
    this.#epoch = frame.epoch;
    this.events.push(...frame.events);
  }
}

/** All that is stored of the thread. */
async function stored(server: TestServer): Promise<AguiEvent[]> {
  const response = await server.settled(server.fetch(`${server.url}/api/v1/threads/t/events`));
  return ((await response.json()) as { events: { event: AguiEvent }[] }).events.map(({ event }) => event);
}

describe("a network that breaks", () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "N11, D1: loses and doubles nothing (seed %i)",
    async (seed) => {
      const random = seededRandom(seed);
      await using server = await createTestServer({ agents: [scripted], seed });
      const client = new Wanderer(server);
      client.connect();
      const body = JSON.stringify({ agent: "scripted", input: "tokens=150 interval=5 tools=3" });
      const headers = { "content-type": "application/json" };
      const starting = server.fetch(`${server.url}/api/v1/threads/t/runs`, { method: "POST", headers, body });
      expect((await server.settled(starting)).status).toBe(202);
      let restarts = 0;
      for (let drops = 0; drops < 15; drops += 1) {
        await server.clock.advance(Math.floor(random.next() * 90));
        if (random.next() < 0.05 && restarts === 0) {
          restarts += 1;
          await server.stop();
          await server.start();
        } else server.drop();
        client.connect();
      }
      await server.clock.advance(3_000);
      const all = await stored(server);
      expect(client.problem).toBeUndefined();
      expect(client.events).toEqual(all);
      expect(["RUN_FINISHED", "RUN_ERROR"]).toContain(all.at(-1)?.type);
    },
  );
});
