import type { Transport } from "@throughline/client";
import type { PuppetScript } from "../agents.ts";
import type { NetworkFault } from "../plan.ts";

/** A page that shows and steers threads with the real client. */
export interface AppPlan {
  readonly name: string;
  /** What it follows, all over one connection. */
  readonly threads: readonly string[];
  /** When it is first opened, in ms. */
  readonly at: number;
  readonly latencyMs: number;
  /** Bytes of the pieces its WebSocket's frames arrive in, at most; 0 = as they were written. */
  readonly chunk: number;
  /** Which transports get through at first. */
  readonly doors: readonly Transport[];
}

/** What a page does, or what befalls it. */
export type AppAct =
  | { readonly type: "say"; readonly thread: string; readonly script: PuppetScript }
  | { readonly type: "stop" | "answer"; readonly thread: string }
  | { readonly type: "pause"; readonly thread: string; readonly forMs: number }
  | { readonly type: "fork"; readonly thread: string; readonly share: number }
  /** Nobody looks at the thread for a while. */
  | { readonly type: "look away"; readonly thread: string; readonly forMs: number }
  | {
      readonly type: "network";
      readonly fault: NetworkFault | "offline";
      readonly forMs: number;
      readonly amount: number;
    }
  | { readonly type: "doors"; readonly open: readonly Transport[] }
  /** The page is gone without a word and opened again; what the tab has stored is still there. */
  | { readonly type: "reload" }
  | { readonly type: "disconnect"; readonly forMs: number };

/** An act of an app's, as a step of a plan. */
export interface AppStep {
  readonly do: "app";
  readonly app: string;
  readonly act: AppAct;
}
