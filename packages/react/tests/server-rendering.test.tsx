import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import {
  ChartPanel,
  Composer,
  ConnectionStatus,
  MessageList,
  Presence,
  TaskBoard,
  ThroughlineProvider,
  useChart,
  useChatStore,
  useConnection,
  usePresence,
  useTasks,
  useThread,
  useThreadSelector,
} from "../src/index.ts";

/** There is no page here: this file runs in plain Node, as a server that renders does. */

function Everything() {
  const thread = useThread("t");
  const count = useThreadSelector("t", ({ view }) => view.messages.length);
  return (
    <>
      <ConnectionStatus {...useConnection()} />
      <MessageList {...thread} />
      <Composer onSend={thread.send} status={thread.status} />
      <Presence {...usePresence("t")} />
      <ChartPanel {...useChart("t")} />
      <TaskBoard tasks={useTasks().tasks} />
      <p>
        {count} {useChatStore((state) => state.messages.length)}
      </p>
    </>
  );
}

function rendered(): string {
  return renderToString(
    <ThroughlineProvider url="http://127.0.0.1:1" fetch={refused}>
      <Everything />
    </ThroughlineProvider>,
  );
}

/** Whoever calls it has asked for something while rendering on a server. */
function refused(): Promise<Response> {
  throw new Error("Something was fetched.");
}

test("a server renders everything without a socket or a request, and the same each time", () => {
  const real = globalThis.WebSocket;
  let opened = 0;
  globalThis.WebSocket = class extends real {
    constructor(url: string | URL) {
      super(url);
      opened += 1;
    }
  };
  try {
    const first = rendered();
    expect(first).toContain("Connecting");
    expect(first).toContain("Loading the conversation");
    expect(first).toContain("None");
    expect(rendered()).toBe(first);
    expect(opened).toBe(0);
  } finally {
    globalThis.WebSocket = real;
  }
});

test("a hook outside of a provider says so", () => {
  expect(() => renderToString(<Everything />)).toThrow("There is no <ThroughlineProvider> around this component.");
});
