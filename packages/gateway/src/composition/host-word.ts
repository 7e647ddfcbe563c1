import type { ChartPublisher, JsonObject, TaskPublisher } from "@throughline/protocol";
import { ANONYMOUS } from "../access/principal.ts";
import type { Reception, Report } from "../runs/run/workers.ts";
import { TaskMail } from "../tasks/mail.ts";
import { type TaskServer, taskServer } from "../tasks/server.ts";
import type { Rooms } from "./rooms.ts";

/** What the gateway's host may say and do itself, beside what its clients and agents do. */
export interface HostWord {
  /** The server's own word to clients of `/ws/stream`, beside what their threads say. */
  readonly stream: {
    /** Sends a frame to every connection of a client; how many it has. */
    send(clientId: string, frame: JsonObject): number;
    /** Sends a frame to all but the clients named; to how many connections. */
    broadcast(frame: JsonObject, exclude?: ReadonlySet<string>): number;
    /** Cancels what a client has started on its own thread; how many runs. */
    cancel(clientId: string): Promise<number>;
  };
  /** For those who carry what workers elsewhere say; see `GatewayOptions.workers`. */
  readonly workers: {
    /**
     * Takes what a worker says of a run; resolves once what came of it is durable. Those of one thread
     * are applied in the order of the calls, which need not wait for one another. While the log takes
     * nothing (a full disk), it waits.
     * @throws unavailable, overloaded, draining, corrupt: nothing of it is stored, and it is to be reported again
     */
    report(report: Report): Promise<Reception>;
    /** What agents that work elsewhere may write outside their own threads, where their host lets them. */
    readonly publishers: { readonly charts: ChartPublisher; readonly tasks: TaskPublisher };
  };
  /** The server's own word to clients of Socket.IO, beside what their requests say. */
  readonly requests: {
    /** Sends a frame to all who follow a request, as the event its `type` names; to how many connections. */
    send(requestId: string, frame: JsonObject): number;
  };
  /** Events of tasks, and the server's own word to their clients. */
  readonly tasks: TaskServer;
  /**
   * Sends a command to every chart that watches the session; what the grammar does not know is
   * delivered verbatim, as `raw`.
   * @returns the command's seq in the session
   * @throws invalid_input for an empty or too long command, or an id that cannot be one
   */
  readonly streamChartCommand: ChartPublisher["streamChartCommand"];
}

/** Who the audit log names for what the host does itself. */
export const HOST = { dialect: "server", tenant: ANONYMOUS.tenant, clientId: null, subject: null };

/** @param sendToRequest to all who follow a request; to how many connections */
export function hostWord(rooms: Rooms, sendToRequest: HostWord["requests"]["send"]): HostWord {
  const { audit, bus, clients, clock, memory, publisher, runs, tasks } = rooms;
  const { tenant } = HOST;
  return {
    stream: {
      send: (clientId, frame) => clients.send("stream", clientId, frame),
      broadcast: (frame, exclude) => clients.broadcast("stream", frame, exclude),
      cancel: async (clientId) => {
        const threadId = `stream:${clientId}`;
        const cancelled = await runs.cancelOf(ANONYMOUS, threadId, clientId);
        audit.note({ ...HOST, action: "cancel", threadId, clientId, details: { outcome: "ok", runs: cancelled } });
        return cancelled;
      },
    },
    workers: { report: (report) => runs.report(report), publishers: rooms.publishersOf(tenant) },
    requests: { send: sendToRequest },
    tasks: taskServer({ store: tasks, bus, mail: new TaskMail(clients, memory, clock) }, tenant),
    streamChartCommand: async (sessionId, command, commandType) => {
      const seq = await publisher.draw(tenant, sessionId, [{ command, commandType }]);
      audit.note({ ...HOST, action: "publish", threadId: `chart:${sessionId}`, details: { outcome: "ok", seq } });
      return seq;
    },
  };
}
