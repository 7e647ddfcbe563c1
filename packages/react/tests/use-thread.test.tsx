import "./support/dom.ts";
import { act, fireEvent, screen } from "@testing-library/react";
import { Profiler, useLayoutEffect, useState } from "react";
import { expect, test } from "vitest";
import {
  Composer,
  MessageList,
  type ThreadId,
  useChart,
  useTasks,
  useThread,
  type UseThread,
  useThreadSelector,
} from "../src/index.ts";
import { asker, talker, waiter } from "./support/agents.ts";
import { openPage } from "./support/page.tsx";

/** What the component last had of the thread. */
let seen: UseThread | undefined;

function Chat(props: { readonly id?: ThreadId }) {
  const thread = useThread("id" in props ? props.id : "t");
  useLayoutEffect(() => {
    seen = thread;
  });
  return (
    <>
      <MessageList {...thread} />
      <Composer onSend={thread.send} onStop={thread.stop} onTyping={thread.setTyping} status={thread.status} />
    </>
  );
}

function now(): UseThread {
  if (seen === undefined) throw new Error("Nothing was rendered.");
  return seen;
}

function say(text: string): void {
  const field = screen.getByLabelText("Message");
  fireEvent.change(field, { target: { value: text } });
  fireEvent.keyDown(field, { key: "Enter" });
}

test("a message shows at once, its answer streams in, and the status follows", async () => {
  await using page = await openPage({ agents: [talker()] });
  page.show(<Chat />);
  expect(now()).toMatchObject({ view: null, status: "ready" });
  say("hello");
  expect(screen.getByText("hello")).toBeTruthy();
  expect(screen.getByText("Sending…")).toBeTruthy();
  expect(now().status).toBe("submitted");
  await page.until(() => now().status === "streaming", "the run");
  await page.until(() => now().status === "ready", "the end");
  await page.pass(100);
  expect(screen.getByLabelText("Agent").textContent?.trim()).toBe("0 1 2 3 4");
  expect(now().outgoing).toEqual([]);
  expect(screen.getByText(/^Done in/)).toBeTruthy();
});

test("2,000 deltas in 2 s render the list 60 times at most, and no text is lost", async () => {
  await using page = await openPage({ agents: [talker(2000, 1)] });
  let renders = 0;
  page.show(
    <Profiler id="chat" onRender={() => (renders += 1)}>
      <Chat />
    </Profiler>,
  );
  await page.until(() => now().view !== null, "the thread");
  say("go");
  await page.until(() => now().status === "streaming", "the run");
  const before = renders;
  await page.pass(2_000);
  const while2000 = renders - before;
  await page.until(() => now().status === "ready", "the end");
  const whole = Array.from({ length: 2000 }, (_, piece) => `${piece} `).join("");
  expect(now().messages.at(-1)?.content).toBe(whole);
  expect(while2000).toBeLessThanOrEqual(60);
  expect(while2000).toBeGreaterThan(20);
});

test("R5: leaving cancels nothing, and whoever comes back sees the run go on", async () => {
  await using page = await openPage({ agents: [waiter] });
  const shown = page.show(<Chat />);
  say("hi");
  await page.until(() => screen.queryByText("hello") !== null, "the word");
  shown.unmount();
  await page.pass(60_000);
  const run = page.server.fetch(`${page.server.url}/api/v1/threads/t`);
  expect(await (await page.server.settled(run)).json()).toMatchObject({ status: "running" });
  page.show(<Chat />);
  await page.until(() => screen.queryByText("hello") !== null, "the word again");
  expect(now().status).toBe("streaming");
  fireEvent.click(screen.getByText("Stop"));
  await page.until(() => now().status === "ready", "the cancel");
  expect(screen.getByText(/^Stopped after/)).toBeTruthy();
});

test("StrictMode mounts twice: one connection, one run, and nothing is cancelled", async () => {
  await using page = await openPage({ agents: [talker(50, 10)], isStrict: true });
  page.show(<Chat />);
  say("once");
  await page.until(() => now().view?.runs[0]?.status === "completed", "the end");
  await page.pass(5_000);
  expect(page.sockets()).toBe(1);
  expect(now().view?.runs.map(({ status }) => status)).toEqual(["completed"]);
  expect(
    now()
      .messages.filter(({ role }) => role === "user")
      .map(({ content }) => content),
  ).toEqual(["once"]);
});

test("a message that cannot be sent says so, and can be sent again or taken back", async () => {
  await using page = await openPage({ agents: [talker()] });
  page.show(<Chat />);
  await page.until(() => now().view !== null, "the thread");
  page.server.offline = true;
  page.server.drop();
  say("first");
  say("second");
  await page.pass(70_000);
  expect(screen.getAllByText(/^Not sent\./)).toHaveLength(2);
  expect(now().status).toBe("error");
  page.server.offline = false;
  fireEvent.click(screen.getAllByText("Discard")[1] ?? fail());
  fireEvent.click(screen.getByText("Send again"));
  await page.until(() => now().view?.runs[0]?.status === "completed", "the end");
  await page.pass(100);
  expect(now().messages.map(({ role, content }) => [role, content])).toEqual([
    ["user", "first"],
    ["assistant", "0 1 2 3 4 "],
  ]);
});

test("a question is shown and answered, and the run goes on", async () => {
  await using page = await openPage({ agents: [asker] });
  page.show(<Chat />);
  say("paint");
  await page.until(() => screen.queryByText("Which colour?") !== null, "the question");
  fireEvent.click(screen.getByText("blue"));
  await page.until(() => screen.queryByText("So blue.") !== null, "the answer");
  expect(screen.getByLabelText("Answered question").textContent).toContain("blue");
});

test("a command that is refused shows, and does no harm where nobody awaits it", async () => {
  await using page = await openPage();
  page.show(<Chat id="missing" />);
  await page.until(() => now().view !== null, "the thread");
  act(() => void now().stop());
  await page.until(() => now().error !== null, "the refusal");
  expect(now().error?.code).toBe("run_not_active");
});

/** A page whose address names the thread, and changes. */
function Router({ first }: { readonly first: ThreadId }) {
  const [id, setId] = useState(first);
  useTasks({ threadId: id });
  const { charts } = useChart(id);
  return (
    <>
      <Chat id={id} />
      <p>charts: {charts.length}</p>
      <button type="button" onClick={() => setId("next")}>
        next thread
      </button>
    </>
  );
}

test("what was refused in one thread is no other's error, not even if it comes late", async () => {
  await using page = await openPage();
  page.show(<Router first="missing" />);
  await page.until(() => now().view !== null, "the thread");
  act(() => void now().stop("no-such-run"));
  await page.until(() => now().error !== null, "the refusal");
  act(() => void now().stop("no-such-run"));
  fireEvent.click(screen.getByText("next thread"));
  expect(now().error).toBeNull();
  await page.pass(500);
  expect(now().view?.threadId).toBe("next");
  expect(now().error).toBeNull();
  act(() => void now().stop("no-such-run"));
  await page.until(() => now().error !== null, "its own refusal");
});

test.each([null, undefined, ""])("while the thread is %j nothing is followed, and what is done shows", async (none) => {
  await using page = await openPage({ agents: [talker(1)] });
  page.show(<Router first={none} />);
  await page.pass(500);
  expect(page.sockets()).toBe(0);
  expect(now()).toMatchObject({ view: null, messages: [], status: "ready", error: null, watchers: [], self: null });
  say("to nobody");
  await page.pass(100);
  expect(now().error?.code).toBe("invalid_input");
  await expect(now().fork()).rejects.toMatchObject({ code: "invalid_input" });
  expect(now().discard("run")).toBeUndefined();
  fireEvent.click(screen.getByText("next thread"));
  expect(now().error).toBeNull();
  say("to somebody");
  await page.until(() => now().view?.runs[0]?.status === "completed", "the answer");
});

test("a selector renders again only when its part changes, and the last to leave ends the following", async () => {
  await using page = await openPage({ agents: [talker(100, 10)] });
  let renders = 0;
  const count = (
    <Profiler id="count" onRender={() => (renders += 1)}>
      <Count />
    </Profiler>
  );
  const first = page.show(count);
  const second = page.show(count);
  await act(async () => {
    void page.client.thread("t").send("go");
    await page.server.clock.advance(900);
  });
  expect(screen.getAllByText("runs: 1")).toHaveLength(2);
  expect(renders).toBe(4);
  first.unmount();
  await page.pass(5_000);
  expect(page.client.thread("t").subscription()).toBeDefined();
  second.unmount();
  await page.pass(5_000);
  expect(page.client.thread("t").subscription()).toBeUndefined();
});

function Count() {
  return <p>runs: {useThreadSelector("t", ({ view }) => view.runs.length)}</p>;
}

function fail(): never {
  throw new Error("There is no such button.");
}
