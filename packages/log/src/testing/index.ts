/**
 * The contract suite of the stream log. Every store passes it:
 *
 *     streamLogContract({ name: "mine", place: async () => ({ open, remove }) });
 */
import { describe } from "vitest";
import { appends } from "./contract/appends.ts";
import { controls } from "./contract/controls.ts";
import { crashes } from "./contract/crashes.ts";
import { forks } from "./contract/forks.ts";
import { limits } from "./contract/limits.ts";
import { model } from "./contract/model.ts";
import { producers } from "./contract/producers.ts";
import { reads } from "./contract/reads.ts";
import { streams } from "./contract/streams.ts";
import { tails } from "./contract/tails.ts";
import type { StoreUnderTest } from "./fixture.ts";

export type { OpenOptions, StorePlace, StoreUnderTest } from "./fixture.ts";

export interface ContractOptions {
  /** Random scenarios compared with the model. Default 100. */
  readonly modelRuns?: number;
}

/** Registers the suite's tests with vitest. */
export function streamLogContract(store: StoreUnderTest, options: ContractOptions = {}): void {
  describe(`StreamLog contract: ${store.name}`, () => {
    appends(store);
    producers(store);
    controls(store);
    streams(store);
    forks(store);
    reads(store);
    tails(store);
    limits(store);
    crashes(store);
    model(store, options.modelRuns ?? 100);
  });
}
