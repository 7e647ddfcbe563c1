import { RotateCw } from "lucide-react";
import { useEffect } from "react";
import type { Latency } from "../live/latency.ts";
import type { Link } from "../live/link.ts";
import { cn } from "../ui/cn.ts";
import { Tooltip } from "../ui/tooltip.tsx";
import { useServices } from "./services.ts";
import { useLink } from "./use-link.ts";
import { useNow } from "./use-now.ts";
import { useStore } from "./use-store.ts";

/** Says how the connection is, in words and a colour; waiting to reconnect, it can be hurried. */
export function ConnectionPill() {
  const { probe } = useServices();
  const latency = useStore(probe.latency);
  const { link, follows, onRetry } = useLink();
  // A new connection deserves a new measurement, not the one from before the break.
  useEffect(() => probe.start(), [probe, link.phase]);
  const now = useNow(link.phase === "reconnecting" && link.retryAt !== null ? 250 : 0);
  const { tone, text, hint } = describe(link, latency, follows, now);
  const pill =
    "nums inline-flex h-7 items-center gap-2 rounded-full border px-2.5 text-xs font-medium whitespace-nowrap transition-colors";
  const dot = (
    <span aria-hidden className={cn("size-1.5 rounded-full bg-current", link.phase !== "live" && "animate-pulse")} />
  );
  if (link.phase === "reconnecting" || link.phase === "refused") {
    return (
      <Tooltip content={hint}>
        <button
          type="button"
          data-testid="pill"
          onClick={onRetry}
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
          {link.phase === "live" && follows && <span className="max-md:hidden"> · sse</span>}
        </span>
      </span>
    </Tooltip>
  );
}

const TONES = {
  quiet: "border-hairline text-quiet",
  signal: "border-hairline text-signal",
  amber: "border-amber/40 bg-amber-soft text-amber",
  red: "border-red/40 bg-red-soft text-red",
};

function describe(
  link: Link,
  latency: Latency,
  follows: boolean,
  now: number,
): { tone: string; text: string; hint: string } {
  switch (link.phase) {
    case "connecting":
      return { tone: TONES.quiet, text: "Connecting", hint: "Waiting for the server’s first answer." };
    case "live": {
      const ms = latency.ms === null ? "" : ` · ${latency.ms} ms`;
      if (!follows)
        return { tone: TONES.signal, text: `Ready${ms}`, hint: "The server answers; the time is one round trip." };
      const hint = "Events arrive as they happen, over server-sent events. The time is one round trip to the server.";
      return { tone: TONES.signal, text: `Live${ms}`, hint };
    }
    case "catching-up":
      return {
        tone: TONES.signal,
        text: "Catching up",
        hint: "Connected again; what happened meanwhile is coming in.",
      };
    case "reconnecting": {
      const seconds = link.retryAt === null ? 0 : Math.ceil((link.retryAt - now) / 1000);
      const hint = `Attempt ${link.attempt}. What you see stays; the page goes on exactly where it stopped.`;
      return { tone: TONES.amber, text: seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting", hint };
    }
    case "refused":
      return { tone: TONES.red, text: "Not connected", hint: `${link.failure.message} ${link.failure.remedy}` };
  }
}
