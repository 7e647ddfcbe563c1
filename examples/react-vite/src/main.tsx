import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import * as tl from "@throughline/react";
import "@throughline/react/styles.css";

function Chat({ id }: { readonly id: string }) {
  const thread = tl.useThread(id);
  return (
    <main style={{ display: "grid", gridTemplate: "auto 1fr auto / 1fr 1fr", height: "96vh", gap: 12 }}>
      <header>
        <h1>Throughline in React</h1>
        <tl.ConnectionStatus {...tl.useConnection()} />
      </header>
      <tl.Presence {...thread} />
      <tl.MessageList {...thread} />
      <tl.ChartPanel {...tl.useChart(id)} />
      <tl.Composer {...thread} onSend={thread.send} onStop={thread.stop} onTyping={thread.setTyping} />
    </main>
  );
}

createRoot(document.querySelector("#root") ?? document.body).render(
  <StrictMode>
    <tl.ThroughlineProvider>
      <Chat id={location.hash.slice(1) || "demo"} />
    </tl.ThroughlineProvider>
  </StrictMode>,
);
