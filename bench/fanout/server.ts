// The process of one server under test.
import { readTask, serveParent } from "../lib/child.ts";
import { startMeter } from "../lib/meter.ts";
import type { TestServer } from "./publisher.ts";
import { startSocketIo } from "./socket-io-server.ts";
import type { Case, Kind } from "./task.ts";
import { startThroughline } from "./throughline-server.ts";
import { startWs } from "./ws-server.ts";

const START: Record<Kind, (task: Case) => Promise<TestServer>> = {
  throughline: startThroughline,
  native: startThroughline,
  ws: startWs,
  "socket.io": startSocketIo,
};

const task = readTask<Case>();
const server = await START[task.kind](task);
let stopMeter = startMeter();

serveParent({
  port: () => server.port,
  publish: () => server.publish(),
  silence: () => server.silence(),
  mark: () => {
    stopMeter();
    stopMeter = startMeter();
  },
  read: () => stopMeter(),
  close: () => server.close?.(),
});
