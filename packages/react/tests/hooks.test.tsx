import "./support/dom.ts";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { StrictMode } from "react";
import { expect, test } from "vitest";
import { createClient, memoryStorage, type WebSocketClass } from "@throughline/client";
import { type Agent, EventType, newTask } from "@throughline/protocol";
import {
  ChartPanel,
  ConnectionStatus,
  Presence,
  TaskBoard,
  ThroughlineProvider,
  useChart,
  useChatStore,
  useConnection,
  usePresence,
  useTasks,
  useThread,
} from "../src/index.ts";
import { talker } from "./support/agents.ts";
import { openPage } from "./support/page.tsx";

function Connection() {
  const connection = useConnection();
  useThread("t");
  return <ConnectionStatus {...connection} />;
}

test("useConnection follows the connection: live, lost, hurried, live again", async () => {
  await using page = await openPage();
  page.show(<Connection />);
  const status = (): string => screen.getByRole("status").textContent ?? "";
  await page.until(() => status() === "Live", "the connection");
  expect(screen.getByText(/websocket/)).toBeTruthy();
  page.server.offline = true;
  page.server.drop();
  await page.until(() => status() === "Reconnecting", "the loss");
  await page.pass(60_000);
  expect(screen.getByText(/attempt \d/)).toBeTruthy();
  const { clock } = page.server;
  const dueAt = (): number => page.client.connection.get().retryAt ?? 0;
  await page.until(() => dueAt() > clock.now() + 1_000, "a wait worth hurrying");
  const due = dueAt();
  page.server.offline = false;
  fireEvent.click(screen.getByText("Connect now"));
  await page.until(() => status() === "Live", "the connection again");
  expect(clock.now()).toBeLessThan(due);
});

test("what was disconnected connects again at the reader's wish", async () => {
  await using page = await openPage();
  page.show(<Connection />);
  await page.until(() => page.client.connection.get().state === "connected", "the connection");
  page.client.disconnect();
  await page.pass(50);
  fireEvent.click(screen.getByText("Connect now"));
  await page.until(() => page.client.connection.get().state === "connected", "the connection again");
});

test("what a reload has left behind is sent by a page that follows nothing", async () => {
  await using page = await openPage({ agents: [talker(1)] });
  const storage = memoryStorage();
  const { server } = page;
  const system = {
    clock: server.clock,
    fetch: server.fetch,
    WebSocket: server.WebSocket as unknown as WebSocketClass,
    signals: { subscribe: () => () => {} },
  };
  const make = () => createClient({ url: server.url, storage, system });
  server.offline = true;
  const before = make();
  void before.thread("t").send("unsent");
  await page.pass(100);
  // A page that is left closes no client.
  before.disconnect();
  server.offline = false;
  const after = make();
  render(
    <StrictMode>
      <ThroughlineProvider url={server.url} client={after} stores={page.stores} clock={server.clock} />
    </StrictMode>,
  );
  await page.until(() => after.thread("t").view.get().outgoing[0]?.status === "accepted", "its delivery");
  after.close();
  before.close();
});

function Titles() {
  return <p>{useTasks().tasks.length} tasks</p>;
}

test("a token's function and a fetch that are written in place ask for nothing again", async () => {
  await using page = await openPage();
  let asked = 0;
  const shown: string[] = [];
  const App = ({ user }: { readonly user: string }) => (
    <ThroughlineProvider
      url={page.server.url}
      client={page.client}
      stores={page.stores}
      clock={page.server.clock}
      token={async () => user}
      fetch={(url, init) => {
        asked += 1;
        shown.push(new Headers(init?.headers).get("authorization") ?? "");
        return page.server.fetch(url, init);
      }}
    >
      <Titles />
      <Reload />
    </ThroughlineProvider>
  );
  const { rerender } = render(<App user="ann" />);
  await page.until(() => asked === 2, "the tasks, of two lists");
  for (let count = 0; count < 5; count += 1) rerender(<App user="bob" />);
  await page.pass(100);
  expect(asked).toBe(2);
  fireEvent.click(screen.getByText("reload"));
  await page.until(() => asked === 3, "the tasks again");
  expect(shown).toEqual(["Bearer ann", "Bearer ann", "Bearer bob"]);
});

test("whoever is signed in next is shown what their own token allows", async () => {
  await using page = await openPage();
  const shown: string[] = [];
  const App = ({ user }: { readonly user: string }) => (
    <ThroughlineProvider
      url={page.server.url}
      client={page.client}
      stores={page.stores}
      clock={page.server.clock}
      identity={user}
      token={async () => user}
      fetch={(url, init) => {
        shown.push(new Headers(init?.headers).get("authorization") ?? "");
        return page.server.fetch(url, init);
      }}
    >
      <Titles />
    </ThroughlineProvider>
  );
  const { rerender } = render(<App user="ann" />);
  await page.until(() => shown.length === 1, "the tasks");
  rerender(<App user="bob" />);
  await page.until(() => shown.length === 2, "the tasks of the other");
  expect(shown).toEqual(["Bearer ann", "Bearer bob"]);
});

function Reload() {
  const { reload } = useTasks();
  return (
    <button type="button" onClick={reload}>
      reload
    </button>
  );
}

function Watchers() {
  const presence = usePresence("t");
  return (
    <>
      <Presence {...presence} />
      <button type="button" onClick={() => presence.setTyping(true)}>
        type
      </button>
    </>
  );
}

test("N21, N22: usePresence shows who watches and who types", async () => {
  await using page = await openPage({ name: "Ada" });
  page.show(<Watchers />);
  await page.until(() => screen.queryByLabelText("Ada (you)") !== null, "oneself");
  const Socket = page.server.WebSocket;
  const other = new Socket("ws://127.0.0.1/ws", "throughline.v1");
  other.onopen = () => {
    other.send(JSON.stringify({ type: "hello", client_id: "bo", name: "Bo" }));
    other.send(JSON.stringify({ type: "subscribe", thread: "t", from: "now" }));
    other.send(JSON.stringify({ type: "presence", thread: "t", typing: true }));
  };
  await page.until(() => screen.getByRole("status").textContent === "Bo is typing", "the other");
  expect(screen.getByLabelText("2 watching")).toBeTruthy();
  other.close(1000);
  await page.until(() => screen.queryByLabelText("Bo") === null, "the other's leaving");
});

/** Makes a task, and says that it is done. */
const worker: Agent = {
  name: "worker",
  run: async function* (_input, { clock }) {
    const task = newTask("w1", { title: "From an agent" }, clock.now());
    yield { type: EventType.CUSTOM, name: "task.changed", value: { task } };
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
    const done = { ...task, status: "completed", version: 2 };
    yield { type: EventType.CUSTOM, name: "task.changed", value: { task: done } };
  },
};

function Board() {
  const { tasks, error, create, steer } = useTasks({ threadId: "t" });
  return (
    <>
      <TaskBoard tasks={tasks} />
      <p>error: {error?.code ?? "none"}</p>
      <button
        type="button"
        onClick={() => void create({ title: "Mine", agent: "talker" }).then(({ id }) => steer("run", id))}
      >
        make
      </button>
    </>
  );
}

test("useTasks lists, makes and runs tasks, and keeps them up to date", async () => {
  await using page = await openPage({ agents: [worker, talker()] });
  page.show(<Board />);
  const column = (name: string): string => screen.getByLabelText(name).textContent ?? "";
  await page.pass(100);
  expect(screen.getByText("error: none")).toBeTruthy();
  await act(async () => {
    void page.client.thread("t").send({ text: "work", agent: "worker" });
    await page.server.clock.advance(500);
  });
  expect(column("To do")).toContain("From an agent");
  await page.pass(1_000);
  expect(column("Done")).toContain("From an agent");
  fireEvent.click(screen.getByText("make"));
  await page.until(() => column("To do").includes("Mine"), "the task");
});

test("a request that fails shows as an error", async () => {
  await using page = await openPage();
  page.server.offline = true;
  page.show(<Board />);
  await page.until(() => screen.queryByText("error: connection_failed") !== null, "the error");
});

const drawer: Agent = {
  name: "drawer",
  run: async function* () {
    for (const command of ["LOAD:AAPL", "SUPPORT:12.5"]) {
      yield {
        type: EventType.CUSTOM,
        name: "chart.command",
        value: { command, commandType: "chart_command", agent: "Technical" },
      };
    }
  },
};

function Chart() {
  const chart = useChart("t");
  const thread = useThread("t", { agent: "drawer", fillsStores: true });
  return (
    <>
      <ChartPanel {...chart} />
      <button type="button" onClick={() => void thread.send("draw")}>
        draw
      </button>
      <p>stored: {useChatStore(({ messages }) => messages.map(({ content }) => content).join())}</p>
    </>
  );
}

test("useChart reads what agents draw, and says when there are no prices; the stores are filled on demand", async () => {
  await using page = await openPage({ agents: [drawer] });
  page.show(<Chart />);
  await page.until(() => screen.queryByText(/^When an agent loads prices/) !== null, "the empty chart");
  fireEvent.click(screen.getByText("draw"));
  await page.until(() => screen.queryByRole("alert") !== null, "the refusal");
  const panel = screen.getByLabelText("Chart");
  expect(panel.getAttribute("data-state")).toBe("error");
  expect(within(panel).getByRole("alert").textContent).toContain("The prices of AAPL could not be loaded.");
  expect(screen.getByText("stored: draw")).toBeTruthy();
});
