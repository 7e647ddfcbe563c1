import type { ErrorCode } from "@throughline/protocol";

/** Why no run starts on a thread. */
export interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
}

export const UNMENDED: Refused = {
  code: "corrupt",
  message: "A run that could not be ended holds the thread; the server's log says why.",
};
export const DRAINING: Refused = { code: "draining", message: "The server is going down; no run starts any more." };
