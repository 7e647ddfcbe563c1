import { foldInForce } from "../chart/in-force.ts";
import type { CustomName, CustomPayload, CustomPayloads, TaskChangedPayload } from "../custom.ts";
import type { AguiCustomEvent } from "../events.ts";
import type { Draft } from "./draft.ts";
import { holdRun, withdrawRun } from "./runs.ts";

/** Where an event stands: its seq, and its time where it says one. */
interface Place {
  readonly seq: number;
  readonly at?: number;
}

type Fold<Name extends CustomName> = (draft: Draft, value: CustomPayload<Name>, place: Place) => void;

/** What each CUSTOM event does to the view. Its payload was checked before it was stored. */
const FOLDS: { readonly [Name in CustomName]: Fold<Name> } = {
  "chart.command": (draft, { command, commandType, agent }, place) => {
    draft.view.chart = foldInForce(draft.view.chart, { ...place, command, commandType, agent: agent ?? null });
    draft.view.chartCommandsSent += 1;
  },
  "chart.created": (draft, { chartId, url, symbol, interval }) => {
    const place = placeOf(draft.view.charts, (chart) => chart.chartId === chartId);
    draft.list("charts")[place] = { chartId, url, symbol, interval };
  },
  artifact: (draft, { artifactId, kind, title, content }) => {
    const place = placeOf(draft.view.artifacts, (artifact) => artifact.artifactId === artifactId);
    draft.list("artifacts")[place] = { artifactId, kind, title, content: content ?? null };
  },
  progress: (draft, { current, total, message }) => {
    draft.view.progress = { current, total, message: message ?? null };
  },
  confidence: (draft, { confidence }) => {
    draft.view.confidence = confidence;
  },
  "run.paused": (draft, { runId }) => holdRun(draft, runId, "paused"),
  "run.resumed": (draft, { runId }) => holdRun(draft, runId, "running"),
  "run.withdrawn": (draft, { runId, code }) => withdrawRun(draft, runId, code ?? null),
  "task.changed": changeTask,
  "task.event": () => {},
  notification: () => {},
};

export function applyCustom(draft: Draft, { name, value, timestamp }: AguiCustomEvent, seq: number): void {
  if (!Object.hasOwn(FOLDS, name)) return;
  const place = timestamp === undefined ? { seq } : { seq, at: timestamp };
  applyKnown(draft, name as CustomName, value as CustomPayloads[CustomName], place);
}

function applyKnown<Name extends CustomName>(draft: Draft, name: Name, value: CustomPayload<Name>, place: Place): void {
  FOLDS[name](draft, value, place);
}

/** Where an element with this identity stands, or would be appended. */
function placeOf<T>(list: readonly T[], isSame: (element: T) => boolean): number {
  const index = list.findIndex(isSame);
  return index < 0 ? list.length : index;
}

function changeTask(draft: Draft, { task, deleted }: TaskChangedPayload): void {
  const { [task.id]: _, ...others } = draft.view.tasks;
  draft.view.tasks = deleted === true ? others : { ...others, [task.id]: task };
}
