import { expect, test } from "vitest";
import { startServer } from "../support/gateway.ts";
import { untilRun } from "../support/thread.ts";

test("D1: clients that come back at once to different places each get exactly what they missed", async () => {
  await using server = await startServer();
  for (const input of ["tokens=300 interval=0 tools=30", "tokens=500 interval=0", "tokens=40 interval=0 steps=9"]) {
    const { body } = await server.post("/api/v1/threads/t/runs", { agent: "scripted", input });
    await untilRun(server, body.run_id, "completed");
  }
  const { last_seq: last } = (await server.get("/api/v1/threads/t")).body;
  const first = await server.connect("/ws/stream?client_id=first&thread_id=t&after=0");
  await first.next("result", ({ seq }) => seq === last);
  const everything = first.frames.filter(({ seq }) => seq !== undefined);

  // Places in all three runs, beside one another and far apart.
  const places = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 400 + i : Math.floor((i * last) / 60)));
  const clients = await Promise.all(
    places.map((after, i) => server.connect(`/ws/stream?client_id=c${i}&thread_id=t&after=${after}`)),
  );
  await Promise.all(clients.map((client) => client.next("result", ({ seq }) => seq === last)));
  const got = clients.map(({ frames }) => frames.filter(({ seq }) => seq !== undefined));
  expect(got).toEqual(places.map((after) => everything.filter(({ seq }) => seq > after)));
});

test("D2: an agent that never waits is held to what delivery keeps up with, and loses nobody", async () => {
  await using server = await startServer();
  const clients = await Promise.all(
    Array.from({ length: 40 }, (_, i) => server.connect(`/ws/stream?agent=scripted&client_id=c${i}&thread_id=t`)),
  );
  clients[0]?.send({ type: "chat", payload: { message: "tokens=4000 interval=0 size=200" } });
  await Promise.all(clients.map((client) => client.next("result")));
  const [first, ...others] = clients.map(({ frames }) => frames.slice(1));
  expect(first?.filter(({ type }) => type === "token")).toHaveLength(4_000);
  for (const frames of others) expect(frames).toEqual(first);
});
