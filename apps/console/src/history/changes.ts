/** One place in a JSON document that differs. */
export interface Change {
  /** `plan.steps[2].done`; empty for the whole document. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** Undefined for what was added. */
  readonly before: unknown;
  /** Undefined for what was removed. */
  readonly after: unknown;
}

/** What became different from one JSON document to another, in the order of the document. */
export function changesOf(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  compare("", before, after, changes);
  return changes;
}

function compare(path: string, before: unknown, after: unknown, into: Change[]): void {
  // The reducer shares what did not change, so most of a state is compared by a glance.
  if (Object.is(before, after)) return;
  if (before === undefined || after === undefined) {
    into.push({ path, kind: before === undefined ? "added" : "removed", before, after });
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++) compare(`${path}[${index}]`, before[index], after[index], into);
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(path === "" ? key : `${path}.${key}`, before[key], after[key], into);
  } else {
    into.push({ path, kind: "changed", before, after });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
