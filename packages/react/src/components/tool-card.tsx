import { memo } from "react";
import { duration } from "../format.ts";
import { Icon } from "./icon.tsx";

export interface ToolCardProps {
  readonly name: string;
  /** JSON text as far as it has come, or what it said. */
  readonly args: unknown;
  readonly status: "calling" | "running" | "completed" | "failed" | "unfinished";
  /** Null or absent: none yet. */
  readonly result?: unknown;
  /** Name of who called it. */
  readonly agent?: string | null;
  /** How long it took; null where that is not known. */
  readonly ms?: number | null;
}

/** One tool call: its name and how it went; arguments and result on demand. */
export const ToolCard = memo(function ToolCard({ name, args, status, result, agent, ms = null }: ToolCardProps) {
  return (
    <details data-tl="tool" data-state={status}>
      <summary>
        <Icon name="chevron" />
        <code>{name}</code>
        <span data-tl="preview">{preview(args)}</span>
        {agent != null && <span data-tl="detail">{agent}</span>}
        <span data-tl="outcome">
          {status === "completed" && <Icon name="check" />}
          {status === "failed" && <Icon name="warning" />}
          {status === "unfinished" && <Icon name="cut" />}
          {status === "completed" && ms !== null ? duration(ms) : status}
        </span>
      </summary>
      <dl>
        <dt>Arguments</dt>
        <dd>
          <Payload value={args} />
        </dd>
        <dt>Result</dt>
        <dd>{result == null ? NO_RESULT[status] : <Payload value={result} />}</dd>
      </dl>
    </details>
  );
});

const NO_RESULT: Readonly<Record<ToolCardProps["status"], string>> = {
  calling: "The call is still being written.",
  running: "Waiting for the result.",
  completed: "Empty.",
  failed: "It failed without saying why.",
  unfinished: "The run ended before the result came.",
};

function Payload({ value }: { readonly value: unknown }) {
  const known = parsed(value);
  return <pre tabIndex={0}>{typeof known === "string" ? known : JSON.stringify(known, null, 2)}</pre>;
}

/** `{"symbol":"BTC"}` → `symbol: BTC`: enough to tell calls apart. */
function preview(args: unknown): string {
  const known = parsed(args);
  if (typeof known === "string") return known;
  if (typeof known !== "object" || known === null) return "";
  return Object.entries(known)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("  ");
}

/** JSON as what it is; anything else, or JSON still being written, as text. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value ?? "";
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
