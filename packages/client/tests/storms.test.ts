import { emptyView, EventType, reduceAll } from "@throughline/protocol";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Transport } from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { doorsOf } from "./support/doors.ts";
import { openWorld, storedEvents } from "./support/world.ts";

const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "long-poll"];

/** What may befall a client. */
const trouble = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("time" as const), ms: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 3, arbitrary: fc.constant({ type: "drop" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "halfOpen" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "send" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "reconnect" as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("outage" as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("doors" as const), open: fc.subarray([...TRANSPORTS], { minLength: 1 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "look" as const }) },
);

test("D1, R4: whatever befalls the connection, a client ends with the log's fold, and said everything once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(trouble, { minLength: 3, maxLength: 25 }), fc.nat(10_000), async (troubles, seed) => {
      await using world = await openWorld({ agents: [talker(12)], seed });
      const doors = doorsOf(world.server, TRANSPORTS);
      const client = world.client({ system: doors.system });
      const thread = client.thread("t1");
      const seqs: number[] = [];
      thread.on("view", ({ view }) => seqs.push(...Array.from({ length: view.lastSeq }, (_, index) => index + 1)));
      thread.events(({ seq }) => seqs.push(seq));
      const sent: Promise<string>[] = [];
      const say = (): void => {
        // Dropped ones are told; the log says whether they were applied all the same.
        sent.push(
          thread.send(`${sent.length}`).then(
            ({ runId }) => runId,
            () => "",
          ),
        );
      };
      say();
      for (const each of troubles) {
        if (each.type === "time") await world.clock.advance(each.ms);
        else if (each.type === "drop") world.server.drop();
        else if (each.type === "halfOpen") world.server.halfOpen();
        else if (each.type === "send") say();
        else if (each.type === "look") world.signal("visible");
        else if (each.type === "reconnect") {
          client.disconnect();
          client.connect();
        } else if (each.type === "outage") {
          world.server.offline = true;
          world.server.drop();
          await world.clock.advance(each.ms);
          world.server.offline = false;
        } else {
          doors.open.clear();
          for (const door of each.open) doors.open.add(door);
        }
      }
      for (const door of TRANSPORTS) doors.open.add(door);
      world.signal("online");
      const runIds = (await world.server.within(Promise.all(sent))).filter((id) => id !== "");
      await world.until(() => {
        const { view, outgoing } = thread.view.get();
        return (
          outgoing.every(({ status }) => status === "failed") &&
          view.status === "idle" &&
          thread.view.get().behind === 0
        );
      }, "peace");
      await world.clock.advance(70_000);
      const stored = await storedEvents(world, "t1");
      expect(thread.view.get().view).toEqual(reduceAll(emptyView("t1"), stored));
      expect(seqs).toEqual(stored.map(({ seq }) => seq));
      const started = stored.flatMap(({ event }) => (event.type === EventType.RUN_STARTED ? [event.runId] : []));
      expect(new Set(started).size).toBe(started.length);
      expect(started).toEqual(expect.arrayContaining(runIds));
    }),
    { numRuns: 60 },
  );
});
