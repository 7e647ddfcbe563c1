import type { TokenProvider } from "@throughline/client";
import { type ErrorCode, ERRORS, ThroughlineError } from "@throughline/protocol";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface RestOptions {
  readonly url: string;
  readonly token?: string | TokenProvider | undefined;
  readonly fetch: Fetch;
}

export interface RestRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The server's HTTP API, for what is asked for once: lists of tasks, prices of a symbol. */
export class Rest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /**
   * The JSON of an answer; undefined where there is none.
   *
   * @param path with its query, from `/api`
   * @throws ThroughlineError with the server's code, or `connection_failed` when it did not answer
   */
  async json<T>(path: string, { method = "GET", body, headers, signal }: RestRequest = {}): Promise<T> {
    const response = await this.#fetch(path, {
      method,
      headers: { ...(await this.#authorization()), ...(body !== undefined && JSON_BODY), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#options.fetch(`${this.#options.url}${path}`, init);
    } catch (error) {
      throw new ThroughlineError("connection_failed", "The server does not answer.", { cause: error });
    }
  }

  async #authorization(): Promise<Readonly<Record<string, string>>> {
    const { token } = this.#options;
    if (token === undefined) return {};
    const given = typeof token === "string" ? token : await token();
    return { authorization: `Bearer ${typeof given === "string" ? given : given.token}` };
  }
}

const JSON_BODY = { "content-type": "application/json" };

/** Reads `{error: {code, message}}`; a proxy's error page says no more than its status. */
function refusal(status: number, text: string): ThroughlineError {
  const { code, message } = errorIn(text);
  const known = code !== undefined && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "unavailable";
  return new ThroughlineError(known, message ?? `The server answered ${status}.`);
}

function errorIn(text: string): { readonly code?: string; readonly message?: string } {
  try {
    return (JSON.parse(text) as { error?: { code?: string; message?: string } }).error ?? {};
  } catch {
    return {};
  }
}
