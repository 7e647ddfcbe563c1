import { Pause, Play, Square } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { RunView } from "@throughline/protocol";
import type { ThreadActions } from "@throughline/react";
import { MOD, useShortcuts } from "../app/shortcuts.ts";
import { failureOf } from "../server/failure.ts";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

type Steering = Pick<ThreadActions, "stop" | "pause" | "resume">;

interface RunControlsProps {
  readonly steering: Steering;
  readonly run: RunView | null;
}

/** Pauses, resumes and stops the run, while there is one. */
export function RunControls({ steering, run }: RunControlsProps) {
  const isActive = run !== null && (run.status === "running" || run.status === "paused");
  const { steer, asked, problem } = useSteer(steering, run);
  useShortcuts(useMemo(() => ({ "mod+.": () => (isActive ? steer("stop") : undefined) }), [isActive, steer]));
  if (!isActive) return null;
  const isPaused = run.status === "paused";
  return (
    <>
      {problem !== null && (
        <p role="alert" className="truncate text-xs text-red" title={problem}>
          {problem}
        </p>
      )}
      <Tooltip side="top" content={isPaused ? "Go on" : "Pause"}>
        <Button
          tone="ghost"
          size="icon"
          disabled={asked !== null}
          aria-label={isPaused ? "Resume the run" : "Pause the run"}
          onClick={() => steer(isPaused ? "resume" : "pause")}
        >
          {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </Button>
      </Tooltip>
      <Tooltip side="top" content={`Stop (${MOD} .)`}>
        <Button tone="danger" disabled={asked === "stop"} onClick={() => steer("stop")}>
          <Square aria-hidden className="size-3! fill-current" />
          {asked === "stop" ? "Stopping…" : "Stop"}
        </Button>
      </Tooltip>
    </>
  );
}

function useSteer({ stop, pause, resume }: Steering, run: RunView | null) {
  const [asked, setAsked] = useState<keyof Steering | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // What was asked for has happened, or does not matter any more.
  useEffect(() => {
    setAsked(null);
    setProblem(null);
  }, [run?.runId, run?.status]);
  const runId = run?.runId;
  const steer = useMemo(
    () => (action: keyof Steering) => {
      if (runId === undefined) return;
      setAsked(action);
      setProblem(null);
      const carryOut = { stop, pause, resume }[action];
      carryOut(runId).catch((error: unknown) => {
        setAsked(null);
        setProblem(failureOf(error).message);
      });
    },
    [stop, pause, resume, runId],
  );
  return { steer, asked, problem };
}
