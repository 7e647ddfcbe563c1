import "./support/dom.ts";
import { act, fireEvent, screen } from "@testing-library/react";
import { Activity, Profiler, Suspense, use, useState } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { type DialectFrame, getWebSocketTransport, RealtimeClient } from "@throughline/client/realtime";
import type { WebSocketClass } from "@throughline/client";
import { seededRandom } from "@throughline/testing";
import {
  Composer,
  entriesOf,
  MessageList,
  outgoingOf,
  useChatStore,
  useRealtime,
  useStatusStore,
  useWebSocket,
} from "../src/index.ts";
import { talker, waiter } from "./support/agents.ts";
import { openPage, type Page } from "./support/page.tsx";

function systemOf({ server }: Page) {
  return {
    clock: server.clock,
    random: seededRandom(3),
    WebSocket: server.WebSocket as unknown as WebSocketClass,
    signals: { subscribe: () => () => {} },
  };
}

function transportTo(page: Page, path: string): RealtimeClient {
  return new RealtimeClient({ url: `ws://127.0.0.1${path}`, system: systemOf(page) });
}

function Chat({ transport }: { readonly transport: RealtimeClient }) {
  // What is spoken, its address says.
  const { status, isConnected, sendChat, cancelTask } = useWebSocket({ transport });
  const messages = useChatStore((state) => state.messages);
  const isProcessing = useChatStore((state) => state.isProcessing);
  const { retryMessage } = useChatStore((state) => state);
  return (
    <>
      <p>
        {status} {String(isConnected)}
      </p>
      <p>active: {useStatusStore((state) => state.activeAgent) ?? "nobody"}</p>
      <MessageList entries={entriesOf(messages)} outgoing={outgoingOf(messages)} retry={retryMessage} />
      <Composer onSend={sendChat} onStop={() => cancelTask()} status={isProcessing ? "streaming" : "ready"} />
    </>
  );
}

function say(text: string): void {
  const field = screen.getByLabelText("Message");
  fireEvent.change(field, { target: { value: text } });
  fireEvent.keyDown(field, { key: "Enter" });
}

const replies = ({ stores }: Page): readonly string[] =>
  stores.chat.getState().messages.flatMap(({ role, content }) => (role === "assistant" ? [content] : []));

test.each(["/ws/stream?agent=talker", "/ws/chat?agent=talker&session_id=s"])(
  "%s: a message is sent, its answer fills the stores, and a break loses and doubles nothing",
  async (path) => {
    await using page = await openPage({ agents: [talker(40, 25)] });
    const transport = transportTo(page, path);
    page.show(<Chat transport={transport} />);
    await page.until(() => screen.queryByText("connected true") !== null, "the connection");
    say("hello");
    expect(screen.getByText("Sending…")).toBeTruthy();
    await page.until(() => replies(page).length > 0, "the first words");
    expect(screen.queryByText("Sending…")).toBeNull();
    await page.pass(200);
    page.server.drop();
    await page.until(() => screen.queryByText("connecting false") !== null, "the break");
    await page.until(() => !page.stores.chat.getState().isProcessing, "the end");
    expect(replies(page)).toEqual([Array.from({ length: 40 }, (_, piece) => `${piece} `).join("")]);
    transport.close();
  },
);

test("2,000 tokens in 2 s render 60 times at most, and none is lost", async () => {
  await using page = await openPage({ agents: [talker(2000, 1)] });
  const transport = transportTo(page, "/ws/stream?agent=talker");
  let renders = 0;
  page.show(
    <Profiler id="chat" onRender={() => (renders += 1)}>
      <Chat transport={transport} />
    </Profiler>,
  );
  say("go");
  await page.until(() => replies(page).length > 0, "the first words");
  const before = renders;
  await page.pass(2_000);
  expect(renders - before).toBeLessThanOrEqual(60);
  await page.until(() => !page.stores.chat.getState().isProcessing, "the end");
  expect(replies(page)).toEqual([Array.from({ length: 2000 }, (_, piece) => `${piece} `).join("")]);
  transport.close();
});

test("a message that could not be delivered can be sent again, and is applied once", async () => {
  await using page = await openPage({ agents: [talker()] });
  const transport = transportTo(page, "/ws/stream?agent=talker");
  page.server.offline = true;
  page.show(<Chat transport={transport} />);
  say("hello");
  await page.pass(61_000);
  expect(screen.getByText(/^Not sent\./)).toBeTruthy();
  page.server.offline = false;
  fireEvent.click(screen.getByText("Send again"));
  await page.until(() => replies(page).length > 0, "the answer");
  await page.pass(1_000);
  expect(replies(page)).toEqual(["0 1 2 3 4 "]);
  transport.close();
});

test("two components share one session: nothing counts twice, and a run can be cancelled", async () => {
  await using page = await openPage({ agents: [waiter], isStrict: true });
  const transport = transportTo(page, "/ws/stream?agent=waiter");
  const frames: DialectFrame[] = [];
  transport.on("message", (frame) => frames.push(frame));
  page.show(
    <>
      <Chat transport={transport} />
      <Twin transport={transport} />
    </>,
  );
  await page.until(() => screen.queryByText("twin connected") !== null, "the connection");
  say("hi");
  await page.until(() => replies(page).length > 0, "the word");
  expect(replies(page)).toEqual(["hello"]);
  fireEvent.click(screen.getByText("Stop"));
  await page.until(() => !page.stores.chat.getState().isProcessing, "the cancel");
  expect(frames.filter(({ type }) => type === "connected")).toHaveLength(1);
  await act(async () => transport.disconnect());
  expect(screen.getByText("twin disconnected")).toBeTruthy();
  transport.close();
});

const roomUrl = (room: string): string => `ws://127.0.0.1/ws/chat?agent=talker&session_id=${room}`;

function Room({ room }: { readonly room: string }) {
  return (
    <p>
      room {room} {useWebSocket({ url: roomUrl(room) }).status}
    </p>
  );
}

/** Shows room "a" twice, then "b"; hides all of it at wish. */
function Rooms() {
  const [room, setRoom] = useState("a");
  const [isHidden, setHidden] = useState(false);
  return (
    <>
      <Activity mode={isHidden ? "hidden" : "visible"}>
        <Room room={room} />
        <Room room={room} />
      </Activity>
      <button type="button" onClick={() => setRoom("b")}>
        leave
      </button>
      <button type="button" onClick={() => setHidden(!isHidden)}>
        hide or show
      </button>
    </>
  );
}

test("StrictMode or not, the shared client of an address is closed a second after its last component is gone", async () => {
  for (const isStrict of [false, true]) {
    await using page = await openPage({ agents: [talker()], isStrict });
    const sharedAt = (room: string) => getWebSocketTransport({ url: roomUrl(room), system: systemOf(page) });
    const [a, b] = [sharedAt("a"), sharedAt("b")];
    const shown = page.show(<Rooms />);
    await page.until(() => screen.queryAllByText("room a connected").length === 2, "the connection");
    fireEvent.click(screen.getByText("leave"));
    await page.until(() => screen.queryAllByText("room b connected").length === 2, "the other connection");
    await page.pass(1_000);
    expect(a.state).toBe("disconnected");
    expect(sharedAt("a")).not.toBe(a);
    await page.pass(60_000);
    expect(sharedAt("b")).toBe(b);
    shown.unmount();
    await page.pass(1_000);
    expect(b.state).toBe("disconnected");
    for (const room of ["a", "b"]) sharedAt(room).close();
  }
});

test("what was hidden for longer than its client was kept gets another when it is shown again", async () => {
  await using page = await openPage({ agents: [talker()] });
  const sharedAt = (room: string) => getWebSocketTransport({ url: roomUrl(room), system: systemOf(page) });
  const before = sharedAt("a");
  page.show(<Rooms />);
  await page.until(() => screen.queryAllByText("room a connected").length === 2, "the connection");
  fireEvent.click(screen.getByText("hide or show"));
  await page.pass(1_000);
  const after = sharedAt("a");
  expect(after).not.toBe(before);
  fireEvent.click(screen.getByText("hide or show"));
  await page.until(() => after.state === "connected", "the connection again");
  await page.pass(60_000);
  expect(screen.getAllByText("room a connected")).toHaveLength(2);
  after.close();
});

test("a rendering that is never committed leaves no client behind", async () => {
  await using page = await openPage();
  const sharedAt = (room: string) => getWebSocketTransport({ url: roomUrl(room), system: systemOf(page) });
  const client = sharedAt("a");
  const forever = new Promise<never>(() => {});
  const Never = () => use(forever);
  await act(async () => {
    page.show(
      <Suspense fallback="waiting">
        <Room room="a" />
        <Never />
      </Suspense>,
    );
  });
  expect(screen.getByText("waiting")).toBeTruthy();
  await page.pass(1_000);
  const next = sharedAt("a");
  expect(next).not.toBe(client);
  next.close();
});

test("a client of the app's own is disconnected, and connects again", async () => {
  await using page = await openPage({ agents: [talker()] });
  const transport = transportTo(page, "/ws/stream?agent=talker");
  page.show(<Twin transport={transport} />).unmount();
  await page.pass(1_000);
  expect(transport.state).toBe("disconnected");
  page.show(<Twin transport={transport} />);
  await page.until(() => screen.queryByText("twin connected") !== null, "the connection again");
  transport.close();
});

function Twin({ transport }: { readonly transport: RealtimeClient }) {
  return <p>twin {useRealtime({ transport }).status}</p>;
}

test("a server that renders it says that it connects, and opens nothing", async () => {
  await using page = await openPage();
  const transport = transportTo(page, "/ws/stream");
  expect(renderToString(<Twin transport={transport} />)).toContain("connecting");
  expect(transport.state).toBe("disconnected");
  transport.close();
});
