import "./support/dom.ts";
import { act, cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fetchedAhead, MessageList, TextBoundary } from "../src/index.ts";
import { Markdown } from "../src/markdown/index.ts";
import type { Entry } from "../src/index.ts";

afterEach(cleanup);

function Failing(): never {
  throw new RangeError("Maximum call stack size exceeded");
}

test("a text whose reader fails shows as it was written, and what is around it stays", () => {
  const failures: unknown[] = [];
  render(
    <main>
      <h1>Around it</h1>
      <TextBoundary text="**written**">
        <Failing />
      </TextBoundary>
    </main>,
    { onCaughtError: (error) => failures.push(error) },
  );
  expect(screen.getByText("**written**").dataset["tl"]).toBe("plain");
  expect(screen.getByText("Around it")).toBeDefined();
  expect(failures).toHaveLength(1);
});

test("of a Markdown text whose one piece cannot be shown the others stay", () => {
  const text = "**before**\n\n```\ncode\n```\n\n**behind**";
  const { container } = render(<Markdown text={text} code={Failing} />, { onCaughtError: () => {} });
  expect([...container.querySelectorAll("strong")].map(({ textContent }) => textContent)).toEqual(["before", "behind"]);
  expect(container.querySelector("[data-tl=plain]")?.textContent?.trim()).toBe("```\ncode\n```");
});

describe("a part of the code that is fetched ahead", () => {
  const Part = ({ text }: { readonly text: string }) => <b>{text}</b>;
  const Show = ({ of: Late }: { readonly of: ReturnType<typeof fetchedAhead<{ text: string }>> }) => (
    <TextBoundary text="as written">
      <Suspense fallback={<i>waits</i>}>
        <Late text="read" />
      </Suspense>
    </TextBoundary>
  );

  test("shows without anything that stands in for it, and is fetched once", async () => {
    let fetches = 0;
    const Late = fetchedAhead<{ text: string }>(() => {
      fetches += 1;
      return Promise.resolve({ default: Part });
    });
    Late.fetch();
    await act(async () => {});
    const { container } = render(<Show of={Late} />);
    expect(container.innerHTML).toBe("<b>read</b>");
    Late.fetch();
    expect(fetches).toBe(1);
  });

  test("is waited for where it comes late", async () => {
    const Late = fetchedAhead<{ text: string }>(() => Promise.resolve({ default: Part }));
    const { container } = render(<Show of={Late} />);
    expect(container.innerHTML).toBe("<i>waits</i>");
    await act(async () => {});
    expect(container.innerHTML).toBe("<b>read</b>");
  });

  test("that could not be fetched ahead is tried again where it is shown", async () => {
    let isReachable = false;
    const Late = fetchedAhead<{ text: string }>(() =>
      isReachable ? Promise.resolve({ default: Part }) : Promise.reject(new TypeError("Failed to fetch")),
    );
    Late.fetch();
    await act(async () => {});
    isReachable = true;
    const { container } = render(<Show of={Late} />);
    await act(async () => {});
    expect(container.innerHTML).toBe("<b>read</b>");
  });

  test("that cannot be fetched at all leaves the text as it was written", async () => {
    const Late = fetchedAhead<{ text: string }>(() => Promise.reject(new TypeError("Failed to fetch")));
    const { container } = render(<Show of={Late} />, { onCaughtError: () => {} });
    await act(async () => {});
    expect(container.textContent).toBe("as written");
  });
});

test("a list of messages fetches the Markdown reader before there is a text", async () => {
  const { container, rerender } = render(<MessageList entries={[]} />);
  await vi.dynamicImportSettled();
  const part = { kind: "text" as const, id: "1", text: "**bold**", isOpen: false };
  const entries: readonly Entry[] = [{ kind: "turn", id: "t", agent: null, parts: [part] }];
  rerender(<MessageList entries={entries} />);
  expect(container.querySelector("[data-tl=prose] strong")?.textContent).toBe("bold");
});
