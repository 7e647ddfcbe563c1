import "./support/dom.ts";
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useCopy } from "../src/index.ts";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("useCopy says once it has copied, until it is reset", async () => {
  const copied: string[] = [];
  vi.stubGlobal("navigator", { clipboard: { writeText: async (text: string) => void copied.push(text) } });
  const { result } = renderHook(useCopy);
  expect(result.current.isCopied).toBe(false);
  await act(async () => result.current.copy("run-1"));
  expect(copied).toEqual(["run-1"]);
  expect(result.current.isCopied).toBe(true);
  act(() => result.current.reset());
  expect(result.current.isCopied).toBe(false);
});

test("useCopy says nothing where a page may not copy, or has no clipboard", async () => {
  vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("Not allowed.")) } });
  const { result } = renderHook(useCopy);
  await act(async () => result.current.copy("run-1"));
  expect(result.current.isCopied).toBe(false);
  vi.stubGlobal("navigator", {});
  await act(async () => result.current.copy("run-1"));
  expect(result.current.isCopied).toBe(false);
});
