import type { Page } from "playwright-core";
import { untilSaid } from "./console.ts";

/** A moment in which a run may be disturbed, and how it goes on from there. */
export interface Moment {
  readonly name: string;
  /** What the `scripted` agent is asked for. */
  readonly script: string;
  /** Resolves in the middle of it. */
  readonly reached: (page: Page) => Promise<void>;
  /** What a person does then, in one of the pages; nothing where the run ends by itself. */
  readonly act: (page: Page) => Promise<void>;
  /** How the run ends when nothing keeps it from it. */
  readonly ending: "Done" | "Stopped";
  /** Whether a run goes on in it, which dies with its server. */
  readonly isRunning: boolean;
}

const nothing = (): Promise<void> => Promise.resolve();

export const MOMENTS: readonly Moment[] = [
  {
    name: "mid-text",
    script: "tokens=110 interval=30 tools=1",
    reached: (page) => untilSaid(page, /t12 /),
    act: nothing,
    ending: "Done",
    isRunning: true,
  },
  {
    name: "mid-tool",
    script: "tools=4 tokens=8 interval=200",
    reached: (page) => untilSaid(page, "tool_0"),
    act: nothing,
    ending: "Done",
    isRunning: true,
  },
  {
    name: "mid-question",
    script: "tokens=8 interval=20 ask=Continue?",
    reached: (page) => page.getByTestId("question").waitFor(),
    act: async (page) => {
      await page.getByLabel("Your answer").fill("yes");
      await page.getByRole("button", { name: "Answer" }).click();
      await untilSaid(page, "answer: yes");
    },
    ending: "Done",
    isRunning: false,
  },
  {
    name: "mid-text, and stopped after",
    script: "tokens=100000 interval=30",
    reached: (page) => untilSaid(page, /t12 /),
    act: (page) => page.getByRole("button", { name: "Stop" }).click(),
    ending: "Stopped",
    isRunning: true,
  },
];
