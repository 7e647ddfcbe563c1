import { memo } from "react";
import { duration } from "../format.ts";
import { argsPreview, NO_RESULT, payloadText, type ToolStatus } from "../transcript/tool-words.ts";
import { Icon } from "./icon.tsx";

export interface ToolCardProps {
  readonly name: string;
  /** JSON text as far as it has come, or what it said. */
  readonly args: unknown;
  readonly status: ToolStatus;
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
        <span data-tl="preview">{argsPreview(args)}</span>
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

function Payload({ value }: { readonly value: unknown }) {
  return <pre tabIndex={0}>{payloadText(value)}</pre>;
}
