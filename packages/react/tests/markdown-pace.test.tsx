import "./support/dom.ts";
import { act, cleanup, render } from "@testing-library/react";
import type { ReactNode } from "react";
import type { Clock } from "@throughline/protocol";
import { afterEach, expect, test } from "vitest";
import { ClockContext } from "../src/hooks/clock.ts";
import { Markdown } from "../src/markdown/index.ts";

afterEach(cleanup);

/** A page on which each reading of the text takes so many ms; how often it was read, and what it shows. */
function openPage(ms: number) {
  let due: { readonly at: number; readonly fn: () => void }[] = [];
  const spent = { now: 1_000, readings: 0 };
  const clock: Clock = {
    now: () => spent.now,
    monotonic: () => spent.now,
    setTimeout: (fn, after) => {
      const call = { at: spent.now + after, fn };
      due.push(call);
      return { cancel: () => (due = due.filter((each) => each !== call)) };
    },
    setImmediate: (fn) => fn(),
  };
  const spend = () => {
    spent.readings += 1;
    spent.now += ms;
  };
  // Drawn anew whenever the text was read anew, and only then.
  function Code({ children }: { readonly children?: ReactNode }) {
    spend();
    return <pre>{children}</pre>;
  }
  const show = (text: string, isOpen: boolean) => (
    <ClockContext value={clock}>
      <Markdown text={`\`\`\`\n${text}`} isOpen={isOpen} code={Code} />
    </ClockContext>
  );
  const shown = render(show("a", true));
  return {
    write: (text: string, isOpen = true) => shown.rerender(show(text, isOpen)),
    pass: (ms: number) =>
      act(() => {
        spent.now += ms;
        const reached = due.filter(({ at }) => at <= spent.now);
        due = due.filter(({ at }) => at > spent.now);
        for (const { fn } of reached) fn();
      }),
    read: () => spent.readings,
    text: () => shown.container.textContent?.trim(),
    waiting: () => due.length,
    unmount: shown.unmount,
  };
}

test("a text that is quickly read is read with each word that comes", () => {
  const page = openPage(0);
  for (const text of ["ab", "abc", "abcd"]) {
    page.write(text);
    expect(page.text()).toBe(text);
  }
  expect(page.read()).toBe(4);
});

test("a text that takes long to read rests eight times as long, and then goes on with all that came", () => {
  const page = openPage(30);
  expect(page.read()).toBe(1);
  for (let length = 2; length <= 20; length += 1) {
    page.write("a".repeat(length));
    page.pass(10);
  }
  expect([page.read(), page.text()]).toEqual([1, "a"]);
  page.pass(49);
  expect(page.read()).toBe(1);
  page.pass(1);
  expect([page.read(), page.text()]).toEqual([2, "a".repeat(20)]);
  // Its last rest ends, and draws nothing again.
  page.pass(240);
  expect([page.read(), page.waiting()]).toEqual([2, 0]);
});

test("a text is seen to go on every two seconds, however long it takes to read", () => {
  const page = openPage(5_000);
  page.write("ab");
  page.pass(1_999);
  expect(page.text()).toBe("a");
  page.pass(1);
  expect(page.text()).toBe("ab");
});

test("what has been written to its end shows at once, and nothing is left waiting", () => {
  const page = openPage(30);
  page.write("ab");
  expect(page.text()).toBe("a");
  page.write("abc", false);
  expect(page.text()).toBe("abc");
  expect(page.waiting()).toBe(0);
});

test("a text that is taken away leaves nothing waiting", () => {
  const page = openPage(30);
  page.write("ab");
  expect(page.waiting()).toBe(1);
  page.unmount();
  expect(page.waiting()).toBe(0);
});
