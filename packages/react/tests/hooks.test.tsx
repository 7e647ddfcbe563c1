import "./support/dom.ts";
import { act, fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Agent, EventType, newTask } from "@throughline/protocol";
import {
  ChartPanel,
  ConnectionStatus,
  Presence,
  TaskBoard,
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
  page.server.offline = false;
  fireEvent.click(screen.getByText("Connect now"));
  await page.pass(50);
  expect(status()).toBe("Live");
});

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
