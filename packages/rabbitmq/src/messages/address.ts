import { ThroughlineError } from "@throughline/protocol";

/** How a request is named on the broker, and its thread in the gateway. */

const PREFIX = "request:";
/** Who owns what nobody else does. It does not show on the broker. */
const DEFAULT_TENANT = "default";

export function isRequestThread(threadId: string): boolean {
  return threadId.startsWith(PREFIX) && threadId.length > PREFIX.length;
}

export interface RequestAddress {
  readonly requestId: string;
  readonly tenant?: string;
}

/** @throws invalid_input for a thread that is no request's */
export function addressOf(tenant: string, threadId: string): RequestAddress {
  if (!isRequestThread(threadId)) {
    throw new ThroughlineError("invalid_input", `Thread "${threadId}" is no request's.`);
  }
  return { requestId: threadId.slice(PREFIX.length), ...(tenant === DEFAULT_TENANT ? {} : { tenant }) };
}

/** The address as a message gives it, where absent fields may stand as undefined. */
interface Addressed {
  readonly requestId: string;
  readonly tenant?: string | undefined;
}

export function threadOf({ requestId, tenant }: Addressed): { readonly tenant: string; readonly threadId: string } {
  return { tenant: tenant ?? DEFAULT_TENANT, threadId: PREFIX + requestId };
}
