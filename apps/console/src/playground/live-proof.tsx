import { Check, CircleAlert, Loader } from "lucide-react";
import { useMemo } from "react";
import { useThread } from "@throughline/react";
import { useActivity } from "../app/use-activity.ts";
import { RunControls } from "../thread/run-controls.tsx";
import { StatusBadge } from "../thread/status-badge.tsx";
import { cn } from "../ui/cn.ts";
import { plural, whole } from "../ui/format.ts";
import { Card } from "../ui/page.tsx";
import { proofOf } from "./proof.ts";

/** The run as it comes in over the broken connection, word by word, with the count of what is wrong with it. */
export function LiveProof({ threadId }: { readonly threadId: string }) {
  const { view, ...actions } = useThread(threadId);
  useActivity(view);
  const text = useMemo(
    () =>
      (view?.messages ?? [])
        .filter(({ role }) => role === "assistant")
        .map(({ content }) => (typeof content === "string" ? content : ""))
        .join(""),
    [view?.messages],
  );
  const proof = useMemo(() => proofOf(text), [text]);
  const run = view?.runs.at(-1) ?? null;
  const isWhole = proof.missing.length === 0 && proof.doubled.length === 0;
  return (
    <Card>
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline px-4 py-2">
        <Verdict isWhole={isWhole} isOver={run !== null && run.endSeq !== null} />
        <span className="nums text-xs text-quiet">
          {plural(proof.count, "word")} · {whole(proof.missing.length)} missing · {whole(proof.doubled.length)} doubled
          · seq {whole(view?.lastSeq ?? 0)}
        </span>
        <span className="ml-auto flex items-center gap-2">
          {run !== null && <StatusBadge status={run.status} />}
          <RunControls steering={actions} run={run} />
        </span>
      </header>
      <p
        tabIndex={0}
        role="region"
        aria-label="The run’s words"
        data-testid="proof"
        className="nums flex h-80 flex-col-reverse overflow-y-auto px-4 py-3 font-mono text-xs leading-5 text-quiet -outline-offset-2"
      >
        <span className="wrap-anywhere">{text === "" ? "Waiting for the first word…" : text}</span>
      </p>
    </Card>
  );
}

function Verdict({ isWhole, isOver }: { readonly isWhole: boolean; readonly isOver: boolean }) {
  const Icon = !isWhole ? CircleAlert : isOver ? Check : Loader;
  return (
    <p
      data-testid="verdict"
      className={cn(
        "flex items-center gap-1.5 text-sm font-medium",
        !isWhole ? "text-red" : isOver ? "text-green" : "",
      )}
    >
      <Icon aria-hidden className={cn("size-4", isWhole && !isOver && "animate-spin text-signal")} />
      {!isWhole ? "Something is wrong" : isOver ? "All of it, once" : "Whole so far"}
    </p>
  );
}
