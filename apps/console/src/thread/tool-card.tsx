import { Collapsible } from "@base-ui/react/collapsible";
import { Check, ChevronRight, CircleSlash, Loader } from "lucide-react";
import { memo } from "react";
import { argsPreview, NO_RESULT, payloadText, type Tool } from "@throughline/react";
import { cn } from "../ui/cn.ts";
import { duration } from "../ui/format.ts";

/** One tool call: its name and how it went; arguments and result on demand. */
export const ToolCard = memo(function ToolCard({ name, args, status, result, ms }: Tool) {
  return (
    <Collapsible.Root
      className="arrive overflow-hidden rounded-control border border-hairline bg-surface"
      data-testid="tool"
    >
      <Collapsible.Trigger className="group flex h-8 w-full items-center gap-2 px-2 text-left text-xs -outline-offset-2 transition-colors hover:bg-sunken">
        <ChevronRight
          aria-hidden
          className="size-3.5 shrink-0 text-quiet transition-transform group-data-panel-open:rotate-90"
        />
        <span className="shrink-0 font-mono font-medium">{name}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-quiet group-data-panel-open:invisible">
          {argsPreview(args)}
        </span>
        <Outcome status={status} ms={ms} />
      </Collapsible.Trigger>
      <Collapsible.Panel className="h-(--collapsible-panel-height) overflow-hidden transition-[height] data-ending-style:h-0 data-starting-style:h-0">
        <dl className="border-t border-hairline px-3 py-2 text-xs">
          <dt className="text-quiet">Arguments</dt>
          <dd>
            <Payload text={args} />
          </dd>
          <dt className="mt-2 text-quiet">Result</dt>
          <dd>
            {result === null ? <p className="py-1 text-quiet">{NO_RESULT[status]}</p> : <Payload text={result} />}
          </dd>
        </dl>
      </Collapsible.Panel>
    </Collapsible.Root>
  );
});

function Outcome({ status, ms }: Pick<Tool, "status" | "ms">) {
  const icon = "size-3.5";
  if (status === "completed") {
    return (
      <span className="nums flex shrink-0 items-center gap-1 text-green">
        <Check aria-label="completed" className={icon} />
        {ms !== null && <span className="text-quiet">{duration(ms)}</span>}
      </span>
    );
  }
  if (status === "unfinished") {
    return (
      <span className="flex shrink-0 items-center gap-1 text-quiet">
        <CircleSlash aria-hidden className={icon} /> unfinished
      </span>
    );
  }
  return (
    <span className="flex shrink-0 items-center gap-1 text-signal">
      <Loader aria-hidden className={cn(icon, "animate-spin")} /> {status}
    </span>
  );
}

function Payload({ text }: { readonly text: string }) {
  return (
    <pre
      tabIndex={0}
      className="mt-1 max-h-64 overflow-auto rounded-control bg-sunken p-2 font-mono text-xs break-words whitespace-pre-wrap"
    >
      {payloadText(text)}
    </pre>
  );
}
