import { type Clock, ThroughlineError, type Timer } from "@throughline/protocol";

/** A token, and when it ends in ms since the Unix epoch, so that a new one can be brought in time. */
export interface ExpiringToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** Gives a token that is valid now. Rejecting with a ThroughlineError `forbidden` means: never. */
export type TokenProvider = () => Promise<string | ExpiringToken>;

/** How long the provider may take, in ms. */
const TIMEOUT_MS = 10_000;
/** A token is renewed so long before it ends, in ms. */
const EARLY_MS = 30_000;

/** Keeps the token until it ends or is turned down. */
export class Tokens {
  readonly #clock: Clock;
  readonly #source: string | TokenProvider | undefined;
  readonly #ending: () => void;
  #token: Promise<string> | undefined;
  #isClosed = false;
  #renewal: Timer | undefined;

  /** @param ending is called when the token is about to end and a new one should be brought */
  constructor(clock: Clock, source: string | TokenProvider | undefined, ending: () => void) {
    this.#clock = clock;
    this.#source = source;
    this.#ending = ending;
  }

  /** The token; undefined where there is to be none. */
  async get(): Promise<string | undefined> {
    if (typeof this.#source !== "function") return this.#source;
    const token = (this.#token ??= this.#ask(this.#source));
    return token;
  }

  /** The next {@link get} asks for a new one. */
  forget(): void {
    this.#renewal?.cancel();
    this.#token = undefined;
  }

  /** Asks and renews no more; what is asked already may still come. */
  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  #ask(source: TokenProvider): Promise<string> {
    const asked = Promise.withResolvers<string>();
    const timer = this.#clock.setTimeout(
      () => asked.reject(new ThroughlineError("unauthenticated", `No token came within ${TIMEOUT_MS} ms.`)),
      TIMEOUT_MS,
    );
    // Whatever a function of the app's throws, and whenever, is an answer.
    new Promise<string | ExpiringToken>((resolve) => resolve(source()))
      .then((given) => this.#take(given))
      .then(asked.resolve, asked.reject);
    asked.promise.then(
      () => timer.cancel(),
      () => {
        timer.cancel();
        if (this.#token === asked.promise) this.#token = undefined;
      },
    );
    return asked.promise;
  }

  #take(given: string | ExpiringToken): string {
    if (typeof given === "string") return given;
    if (typeof given?.token !== "string") throw new ThroughlineError("unauthenticated", "There is no token.");
    this.#renewal?.cancel();
    const inMs = given.expiresAt - EARLY_MS - this.#clock.now();
    if (inMs > 0 && !this.#isClosed) this.#renewal = this.#clock.setTimeout(this.#ending, inMs);
    return given.token;
  }
}
