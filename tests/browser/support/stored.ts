import { emptyView, reduceAll, type ThreadEvent, type ThreadView } from "@throughline/protocol";

/** Every stored event of a thread, from the first on. */
export async function storedEvents(url: string, threadId: string): Promise<readonly ThreadEvent[]> {
  const events: ThreadEvent[] = [];
  for (;;) {
    const page = await pageOf(`${url}/api/v1/threads/${threadId}/events?after=${events.length}&limit=1000`);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** What the thread's log folds to: the truth that every page is measured by. */
export async function foldOf(url: string, threadId: string): Promise<ThreadView> {
  return reduceAll(emptyView(threadId), await storedEvents(url, threadId));
}

/** Resolves once the thread has so many more events than now, or its run rests. Waits for each event, not for a time. */
export async function untilMoreStored(url: string, threadId: string, more: number): Promise<void> {
  const { lastSeq: from } = await foldOf(url, threadId);
  for (let seq = from; seq < from + more;) {
    const { status, lastSeq } = await foldOf(url, threadId);
    if (status !== "running") return;
    seq = lastSeq;
    await pageOf(`${url}/api/v1/threads/${threadId}/events?after=${seq}&wait=20&limit=1`);
  }
}

interface Status {
  readonly clients: readonly { readonly dialect: string; readonly thread_id: string }[];
}

/** Connections in the native protocol that follow a thread, as the server counts them. */
export async function followersOf(url: string, threadId: string): Promise<number> {
  const { clients } = (await (await fetch(`${url}/api/v1/websocket/status`)).json()) as Status;
  return clients.filter((client) => client.dialect === "native" && client.thread_id === threadId).length;
}

async function pageOf(address: string): Promise<readonly ThreadEvent[]> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} was answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { events: ThreadEvent[] }).events;
}
