import type { Client } from "@throughline/client";
import { useThroughline } from "./throughline-provider.tsx";

/** The provider's client. @throws ThroughlineError `invalid_input` outside of one */
export function useClient(): Client {
  return useThroughline().client;
}
