import { Store } from "@throughline/client";
import { DEFAULT_AGENT } from "../home/agents.ts";

const KEY = "throughline.agent";

/** The agent that new runs ask, unless one chooses another there. */
export const preferredAgent = new Store<string>(read());

export function chooseAgent(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is blocked: the choice holds until the page is left.
  }
  preferredAgent.set(name);
}

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? DEFAULT_AGENT;
  } catch {
    return DEFAULT_AGENT;
  }
}
