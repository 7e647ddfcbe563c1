import { RotateCw } from "lucide-react";
import type { Transport } from "@throughline/client";
import { useConnection, useConnectionWords } from "@throughline/react";
import { cn } from "../ui/cn.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import type { Link } from "./link.ts";
import { useLink } from "./use-link.ts";

/** Says how the connection is, in words and a colour; waiting to reconnect, it can be hurried. */
export function ConnectionPill() {
  const link = useLink();
  const connection = useConnection();
  const { transport } = connection;
  const { label, latency, countdown, retry } = useConnectionWords(connection);
  const text = [[label, countdown].filter(isThere).join(" "), latency].filter(isThere).join(" · ");
  const { tone, hint } = describe(link, transport);
  const pill =
    "nums inline-flex h-7 items-center gap-2 rounded-full border px-2.5 text-xs font-medium whitespace-nowrap transition-colors";
  const dot = (
    <span aria-hidden className={cn("size-1.5 rounded-full bg-current", link.phase !== "live" && "animate-pulse")} />
  );
  if (retry !== null) {
    return (
      <Tooltip content={hint}>
        <button
          type="button"
          data-testid="pill"
          onClick={retry}
          className={cn(pill, tone)}
          aria-label={`${text}. Connect now`}
        >
          {dot}
          {text}
          <RotateCw className="size-3" aria-hidden />
        </button>
      </Tooltip>
    );
  }
  return (
    <Tooltip content={hint}>
      <span data-testid="pill" tabIndex={0} role="status" className={cn(pill, tone)}>
        {dot}
        <span>
          {text}
          {link.phase === "live" && transport !== null && (
            <span className="max-md:hidden"> · {TRANSPORTS[transport].short}</span>
          )}
        </span>
      </span>
    </Tooltip>
  );
}

const TRANSPORTS: Readonly<Record<Transport, { readonly short: string; readonly long: string }>> = {
  websocket: { short: "ws", long: "a WebSocket" },
  sse: { short: "sse", long: "server-sent events" },
  "long-poll": { short: "poll", long: "long polling" },
};

const TONES = {
  quiet: "border-hairline text-quiet",
  signal: "border-hairline text-signal",
  amber: "border-amber/40 bg-amber-soft text-amber",
  red: "border-red/40 bg-red-soft text-red",
};

function describe(link: Link, transport: Transport | null): { tone: string; hint: string } {
  switch (link.phase) {
    case "connecting":
      return { tone: TONES.quiet, hint: "Waiting for the server’s first answer." };
    case "live": {
      const way = transport === null ? "" : `, over ${TRANSPORTS[transport].long}`;
      const hint = `Events arrive as they happen${way}. The time is one round trip to the server.`;
      return { tone: TONES.signal, hint };
    }
    case "catching-up":
      return { tone: TONES.signal, hint: "Connected again; what happened meanwhile is coming in." };
    case "reconnecting": {
      const hint = `Attempt ${link.attempt}. What you see stays; the page goes on exactly where it stopped.`;
      return { tone: TONES.amber, hint };
    }
    case "refused":
      return { tone: TONES.red, hint: `${link.failure.message} ${link.failure.remedy}` };
  }
}

function isThere(word: string | null): boolean {
  return word !== null;
}
