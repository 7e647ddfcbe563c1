import "./support/dom.ts";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import { virtualClock } from "@throughline/testing";
import { useConnectionWords, useNow, type ShownConnection } from "../src/index.ts";
import { ClockContext } from "../src/hooks/clock.ts";

afterEach(cleanup);

function follow<T, Props>(hook: (props: Props) => T, initialProps: Props) {
  const clock = virtualClock();
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <ClockContext.Provider value={clock}>{children}</ClockContext.Provider>
  );
  return { clock, ...renderHook(hook, { initialProps, wrapper }) };
}

test("useConnectionWords counts down to the next attempt, and has something to hurry", async () => {
  const retry = () => {};
  const first: ShownConnection = { state: "reconnecting", attempt: 2, retry };
  const { clock, result, rerender } = follow(useConnectionWords, first);
  expect(result.current).toMatchObject({ label: "Reconnecting", countdown: null, detail: "attempt 2", retry });
  rerender({ ...first, retryAt: clock.now() + 2_500 });
  await act(() => clock.advance(1));
  expect(result.current).toMatchObject({ countdown: "in 3 s", detail: "in 3 s · attempt 2", latency: null });
  await act(() => clock.advance(3_000));
  expect(result.current.countdown).toBeNull();
  rerender({ state: "connected", latencyMs: 11.6, transport: "sse", attempt: 2, retry });
  expect(result.current).toMatchObject({ label: "Live", latency: "12 ms", detail: "12 ms · sse", retry: null });
  expect(clock.pending).toBe(0);
});

test("useNow is null until it has ticked, then renewed, and stops where it is not needed", async () => {
  const { clock, result, rerender } = follow<number | null, number | null>(useNow, 1_000);
  expect(result.current).toBeNull();
  await act(() => clock.advance(1));
  const begun = clock.now();
  expect(result.current).toBeLessThanOrEqual(begun);
  await act(() => clock.advance(1_000));
  expect(result.current).toBeGreaterThan(begun);
  rerender(null);
  expect(result.current).toBeNull();
  expect(clock.pending).toBe(0);
});
