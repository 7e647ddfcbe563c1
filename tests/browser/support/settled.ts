interface View {
  readonly status: string;
  readonly last_seq: number;
}

/** Waits until none of these threads runs; each waits for its next event rather than for a time. */
export async function untilSettled(url: string, threads: readonly string[]): Promise<void> {
  await Promise.all(threads.map((thread) => settle(`${url}/api/v1/threads/${thread}`)));
}

async function settle(address: string): Promise<void> {
  for (;;) {
    const view = (await (await fetch(address)).json()) as View;
    if (view.status !== "running") return;
    await (await fetch(`${address}/events?after=${view.last_seq}&wait=20&limit=1`)).arrayBuffer();
  }
}
