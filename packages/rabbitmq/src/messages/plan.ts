import { type AguiEvent, EventType, type JsonPatchOperation } from "@throughline/protocol";

/** A step of the plan as the thread's shared state holds it, under `plan.steps`. */
export interface PlanStep {
  readonly stepId: string;
  readonly order?: number;
  readonly tool?: string;
  readonly title?: string;
  readonly status?: string;
  readonly result?: unknown;
}

/**
 * What makes these steps the state's plan. A step that the state knows already keeps what is not said
 * anew of it.
 */
export function planMade(state: unknown, steps: readonly PlanStep[]): AguiEvent[] {
  const known = stepsOf(state) ?? [];
  const merged = steps.map((step) => ({ status: "pending", ...known.find(isNamed(step.stepId)), ...step }));
  return [planSet(state, merged)];
}

/** What brings the state's plan up to date with a step; nothing when it is. Adds a step that the plan lacks. */
export function planKept(state: unknown, step: PlanStep): AguiEvent[] {
  const steps = stepsOf(state);
  if (steps === undefined) return [planSet(state, [step])];
  const index = steps.findIndex(isNamed(step.stepId));
  if (index < 0) return [delta([{ op: "add", path: "/plan/steps/-", value: step }])];
  const known: object = steps[index] as object;
  const changes = Object.entries(step).filter(([key, value]) => !isSame(Reflect.get(known, key), value));
  if (changes.length === 0) return [];
  return [delta(changes.map(([key, value]) => ({ op: "add", path: `/plan/steps/${index}/${key}`, value })))];
}

function planSet(state: unknown, steps: readonly object[]): AguiEvent {
  const plan = { steps: [...steps] };
  if (!isObject(state)) return { type: EventType.STATE_SNAPSHOT, snapshot: { plan } };
  return delta([{ op: "add", path: "/plan", value: plan }]);
}

function stepsOf(state: unknown): readonly unknown[] | undefined {
  const plan = isObject(state) ? state["plan"] : undefined;
  const steps = isObject(plan) ? plan["steps"] : undefined;
  return Array.isArray(steps) ? steps : undefined;
}

function isNamed(stepId: string): (step: unknown) => step is object {
  return (step): step is object => isObject(step) && step["stepId"] === stepId;
}

function delta(operations: JsonPatchOperation[]): AguiEvent {
  return { type: EventType.STATE_DELTA, delta: operations };
}

/** Both are JSON, made by the same code where they are equal. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
