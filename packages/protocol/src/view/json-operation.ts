import type { JsonPatchOperation } from "../events.ts";

export type Container = unknown[] | Record<string, unknown>;

/** A place in a document: what holds it, and under which key. */
export interface Place {
  readonly container: Container;
  readonly key: string;
}

/**
 * Carries out one operation of RFC 6902, section 4. Its places have been found and may be changed;
 * values are put there as they are, without a copy.
 * @param value what is to be put or compared: the operation's own, or what stands at `from`
 * @returns false when the operation does not hold, or is none
 */
export function operate(operation: JsonPatchOperation, path: Place, from: Place | undefined, value: unknown): boolean {
  switch (operation.op) {
    case "add":
      return Object.hasOwn(operation, "value") && put(path, value);
    case "remove":
      return takeOut(path);
    case "replace":
      if (!Object.hasOwn(operation, "value")) return false;
      return Reflect.set(path.container, path.key, value);
    case "copy":
      return from !== undefined && put(path, value);
    case "move":
      return from !== undefined && takeOut(from) && put(path, value);
    case "test":
      return isEqual(valueAt(path), value);
    default:
      return false;
  }
}

export function valueAt({ container, key }: Place): unknown {
  return Reflect.get(container, key);
}

function put({ container, key }: Place, value: unknown): boolean {
  if (!Array.isArray(container)) return Reflect.set(container, key, value);
  container.splice(key === "-" ? container.length : Number(key), 0, value);
  return true;
}

function takeOut({ container, key }: Place): boolean {
  if (!Array.isArray(container)) return Reflect.deleteProperty(container, key);
  container.splice(Number(key), 1);
  return true;
}

/** Whether two JSON values are the same, whatever the order of their keys. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b) || a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(Reflect.get(a, key), Reflect.get(b, key)));
}
