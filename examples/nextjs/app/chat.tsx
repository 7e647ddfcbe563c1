"use client";

import * as tl from "@throughline/react";

export function Chat({ id }: { readonly id: string }) {
  return (
    <tl.ThroughlineProvider>
      <Conversation id={id} />
    </tl.ThroughlineProvider>
  );
}

function Conversation({ id }: { readonly id: string }) {
  const thread = tl.useThread(id);
  return (
    <main style={{ display: "grid", gridTemplateRows: "auto 1fr auto", height: "95vh" }}>
      <header>
        <h1>Throughline in Next.js</h1>
        <tl.ConnectionStatus {...tl.useConnection()} />
      </header>
      <tl.MessageList {...thread} />
      <tl.Composer {...thread} onSend={thread.send} onStop={thread.stop} onTyping={thread.setTyping} />
    </main>
  );
}
