import type { Entry } from "@throughline/react";

/** Whether two entries say the same, so that one need not be drawn again. */
export function isSameEntry(one: Entry, other: Entry): boolean {
  if (one.kind !== "turn" || other.kind !== "turn") return isShallowEqual(one, other);
  return (
    one.id === other.id &&
    one.agent?.name === other.agent?.name &&
    one.parts.length === other.parts.length &&
    one.parts.every((part, index) => isShallowEqual(part, other.parts[index] ?? {}))
  );
}

function isShallowEqual(one: object, other: object): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.is(Reflect.get(one, key), Reflect.get(other, key)))
  );
}
