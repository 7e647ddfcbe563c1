import type { JsonPatchOperation } from "../events.ts";
import { checkJsonBounds, REFUSED_KEYS, VALUE_DEPTH } from "../limits.ts";
import { type Container, operate, type Place, valueAt } from "./json-operation.ts";

/** The document hangs in a holder, so that the pointer "" is a path like any other. */
type Holder = { document: unknown };

/** Values that one operation may copy: else a few of them, each doubling the document, would fill the memory. */
const MAX_COPIED = 100_000;
const ARRAY_INDEX = /^(0|[1-9][0-9]*)$/;

/**
 * Applies an RFC 6902 patch as a whole or not at all, and never changes the document it is given:
 * what lies along the path of an operation is copied, everything else is shared. A document grows no
 * deeper than {@link VALUE_DEPTH}: whoever copies or prints it does so by recursion.
 *
 * Pointers name what is really there, with an index that is one: never `length` or `toString`.
 * @returns the new document, or `undefined` when an operation cannot be applied
 */
export function patched(
  document: unknown,
  patch: readonly JsonPatchOperation[],
): { readonly document: unknown } | undefined {
  const holder = { document };
  for (const operation of patch) {
    if (!apply(holder, operation)) return undefined;
  }
  return { document: holder.document ?? null };
}

/** Copies what the operation will change, and carries it out; false when it cannot be applied. */
function apply(holder: Holder, operation: JsonPatchOperation): boolean {
  const creates = operation.op === "add" || operation.op === "move" || operation.op === "copy";
  const path = tokensOf(operation.path);
  const source = "from" in operation ? tokensOf(operation.from) : undefined;
  if (source !== undefined && operation.op === "move" && isWithin(path, source)) return false;
  const own = new Set<object>([holder]);
  const from = source === undefined ? undefined : placeAlong(holder, source, false, own);
  if (source !== undefined && from === undefined) return false;
  // Read before the way to the path is copied: a value may be copied into itself.
  const value: unknown = from === undefined ? Reflect.get(operation, "value") : valueAt(from);
  // Whoever prints or copies the document goes through it by recursion, and pays for all of it.
  const values = operation.op === "copy" ? MAX_COPIED : Number.POSITIVE_INFINITY;
  if (checkJsonBounds(value, { depth: VALUE_DEPTH - depthOf(path), values }) !== undefined) return false;
  const place = placeAlong(holder, path, creates, own);
  return place !== undefined && operate(operation, place, from, value);
}

/** How many levels lie above it in the document; the first token is the holder's own. */
function depthOf(path: readonly string[]): number {
  return path.length - 1;
}

/** Whether a place lies inside another: what is moved into itself would be lost. */
function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return path.length > outer.length && outer.every((token, index) => token === path[index]);
}

/**
 * The place a pointer names; `undefined` where there is none. Every container on the way is copied once,
 * and belongs to the operation from then on.
 */
function placeAlong(holder: Holder, tokens: readonly string[], mayBeNew: boolean, own: Set<object>): Place | undefined {
  let container: Container = holder;
  for (const [depth, token] of tokens.entries()) {
    const isLast = depth === tokens.length - 1;
    if (!names(container, token, isLast && mayBeNew)) return undefined;
    if (isLast) return { container, key: token };
    const child: unknown = Reflect.get(container, token);
    if (typeof child !== "object" || child === null) return undefined;
    const copy = own.has(child) ? child : Array.isArray(child) ? child.slice() : { ...child };
    own.add(copy);
    Reflect.set(container, token, copy);
    container = copy as Container;
  }
  return undefined;
}

/** Whether a token names a member of the container, or, if `mayBeNew`, a place where one can be added. */
function names(container: Container, token: string, mayBeNew: boolean): boolean {
  if (REFUSED_KEYS.has(token)) return false;
  if (!Array.isArray(container)) return mayBeNew || Object.hasOwn(container, token);
  if (token === "-") return mayBeNew;
  return ARRAY_INDEX.test(token) && Number(token) < container.length + (mayBeNew ? 1 : 0);
}

function tokensOf(pointer: string): string[] {
  return `/document${pointer}`
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
