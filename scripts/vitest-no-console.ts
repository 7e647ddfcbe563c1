import { afterAll, afterEach } from "vitest";

/**
 * Fails a test that writes to the console: what nobody asserts on nobody reads, and it hides the
 * line that matters. A test that means to print replaces the method itself.
 */
const METHODS = ["log", "info", "warn", "error", "debug", "trace"] as const;

let stray: string[] = [];

for (const method of METHODS) {
  console[method] = (...args: unknown[]) => {
    stray.push(`console.${method}: ${args.map(String).join(" ")}`);
  };
}

function failOnStray(): void {
  if (stray.length === 0) return;
  const lines = stray;
  stray = [];
  throw new Error(`Stray console output:\n${lines.join("\n")}`);
}

afterEach(failOnStray);
afterAll(failOnStray);
