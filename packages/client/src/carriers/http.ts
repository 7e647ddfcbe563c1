import type { HelloFrame, NativeServerFrame, SubscribeFrame } from "@throughline/protocol";
import { type Failure, lost, noToken } from "../connection/failure.ts";
import type { NativeContext } from "./carrier.ts";
import { failureOfResponse } from "./refused-response.ts";

/** Thrown by a request that came to nothing. */
export class Failed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.error.message, { cause: failure.error });
    this.name = "Failed";
    this.failure = failure;
  }
}

/** The failure in whatever was thrown on the way of a request. */
export function failureIn(thrown: unknown): Failure {
  return thrown instanceof Failed ? thrown.failure : lost("The server’s answer broke off.", { cause: thrown });
}

/**
 * Posts JSON as whoever we are.
 * @throws Failed unless the answer is a good one
 */
export async function post(
  context: NativeContext,
  path: string,
  body: (hello: HelloFrame) => object,
  options: { readonly signal: AbortSignal; readonly accept: string },
): Promise<Response> {
  const hello = await context.hello().catch((cause: unknown) => {
    throw new Failed(noToken(cause));
  });
  const { token } = hello;
  const request = context.system.fetch(`${context.url}/api/v1/${path}`, {
    method: "POST",
    headers: {
      accept: options.accept,
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body(hello)),
    cache: "no-store",
    signal: options.signal,
  });
  const response = await request.catch((cause: unknown) => {
    throw new Failed(lost("The server cannot be reached.", { cause }));
  });
  if (!response.ok) throw new Failed(await failureOfResponse(response, context.system.clock.now()));
  return response;
}

/** A request's threads at most (PROTOCOL.md N28). */
const MOST_FOLLOWED = 100;

/** The body of `follow`: who we are, and where each thread stands. */
export function followBody(
  { client_id, name }: HelloFrame,
  subscriptions: readonly SubscribeFrame[],
  wait?: number,
): object {
  return {
    client_id,
    name,
    subscriptions: subscriptions
      .slice(0, MOST_FOLLOWED)
      .map(({ thread, from, presence }) => ({ thread, from, presence })),
    wait,
  };
}

/** What is told about the threads that do not fit into one request. */
export function refusedThreads(subscriptions: readonly SubscribeFrame[]): NativeServerFrame[] {
  return subscriptions.slice(MOST_FOLLOWED).map(({ thread }) => ({
    type: "unsubscribed",
    thread,
    code: "too_many_subscriptions",
    message: `Without a WebSocket no more than ${MOST_FOLLOWED} threads can be followed.`,
  }));
}
