import type { Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { createApi } from "./api/app.ts";
import { Carriers } from "./composition/carriers.ts";
import { type HostWord, hostWord } from "./composition/host-word.ts";
import { openRooms } from "./composition/rooms.ts";
import type { Sink } from "./delivery/sink.ts";
import type { GatewayOptions } from "./options.ts";
import { type Attachable, type AttachOptions, attachTo, pathMatcher } from "./transports/attach.ts";
import type { SocketHandler, UpgradeRequest } from "./transports/websocket.ts";

/** A running gateway. */
export interface Gateway extends HostWord {
  /**
   * Answers an HTTP request; for any host that speaks fetch.
   * @param env what @hono/node-server passes along; leave it out elsewhere
   */
  readonly fetch: (request: Request, env?: Partial<HttpBindings>) => Promise<Response>;
  /** The HTTP addresses it answers, for hosts that route by path; parameters stand as `:name`. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Opens a session on a socket that is already there; for hosts with WebSockets of their own, and for tests. */
  readonly accept: (request: UpgradeRequest, sink: Sink) => SocketHandler;
  /**
   * Serves a Node HTTP server: its WebSocket upgrades and its requests. Where the server has listeners
   * of its own, such as an Express app's, only what goes to the gateway's addresses is taken from
   * them; so attach once they are there.
   */
  readonly attach: (server: Server, options?: AttachOptions) => void;
  /**
   * Stops taking new work, lets runs finish for `graceMs`, ends the rest, sends clients away (D6).
   * @param besides what else clients are to see the end of, such as the host's own workers'; it has a bound of its own
   */
  drain(graceMs: number, besides?: Promise<unknown>): Promise<void>;
  /** Drains without grace, then lets go of everything but the log. Safe to repeat. */
  close(): Promise<void>;
}

/**
 * Wires the rooms together. Resolves once what an earlier process left behind is in order: its runs
 * ended, its queues going on.
 * @throws what the log refuses
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  let ready = false;
  const rooms = await openRooms(options);
  const carriers = new Carriers(rooms, options, () => ready);
  const { sse, native, accept } = carriers;
  const api = createApi(
    { ...rooms, sse, native, series: options.series, ready: () => ready },
    { admit: rooms.admit, maxBodyBytes: rooms.limits.maxFrameBytes },
  );
  await rooms.runs.recover();
  ready = true;

  const drain = async (graceMs: number, besides?: Promise<unknown>): Promise<void> => {
    ready = false;
    await Promise.all([rooms.runs.drain(graceMs), besides]);
    await rooms.delivery.flushed();
    carriers.drain();
  };
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await drain(0);
    await carriers.close();
    await rooms.audit.close();
    rooms.runs.close();
    rooms.threads.close();
    rooms.metrics?.close();
  };

  const fetch: Gateway["fetch"] = async (request, env) => api.fetch(request, env ?? {});
  // Middleware stands among the routes too; it answers nothing by itself.
  const routes = api.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({ method, path }));
  const listen = getRequestListener((request, env) => fetch(request, env as HttpBindings), {
    overrideGlobalObjects: false,
  });
  const attachable: Attachable = {
    ...carriers.attachable,
    // The listener answers failures itself; it never rejects.
    answer: (request, response) => {
      if (!carriers.answer(request, response)) void listen(request, response);
    },
    servesRequests: pathMatcher(routes.map(({ path }) => path)),
  };
  return {
    fetch,
    routes,
    accept,
    attach: (server, attachOptions) => attachTo(server, attachable, attachOptions),
    ...hostWord(rooms, (requestId, frame) => carriers.sendToRequest(requestId, frame)),
    drain,
    close: () => (closing ??= close()),
  };
}
