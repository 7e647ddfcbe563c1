import { failureOfResponse, NO_ANSWER, RequestError } from "./failure.ts";

/** Asks the server. Every method rejects with a RequestError, or with the abort it was given. */
export interface Http {
  /** The answer, whatever its body; refused answers reject. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON at an address below {@link BASE}. */
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  /** Sends JSON to an address below {@link BASE}; an answer without a body is undefined. */
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;
  /** The text at an address of the server, such as `/metrics`. */
  text(path: string, signal?: AbortSignal): Promise<string>;
}

export const BASE = "/api/v1";

/** @param fetch the network, as the page is given it */
export function createHttp(fetch: (path: string, init?: RequestInit) => Promise<Response>): Http {
  const request = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await answered(fetch(path, init));
    if (!response.ok) throw new RequestError(await failureOfResponse(response));
    return response;
  };
  return {
    request,
    get: async <T>(path: string, signal?: AbortSignal) => {
      const headers = { accept: "application/json" };
      const response = await request(BASE + path, { headers, ...(signal && { signal }) });
      return (await answered(response.json())) as T;
    },
    send: async <T>(method: string, path: string, body?: unknown) => {
      const headers = { accept: "application/json", "content-type": "application/json" };
      const response = await request(BASE + path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (response.status === 204 ? undefined : await answered(response.json())) as T;
    },
    text: async (path, signal) => answered((await request(path, signal && { signal })).text()),
  };
}

/** An abort passes through as it is; whatever else keeps an answer from coming is a failure. */
export async function answered<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new RequestError(NO_ANSWER, { cause: error });
  }
}
