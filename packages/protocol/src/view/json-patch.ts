import { applyPatch } from "rfc6902";
import type { JsonPatchOperation } from "../events.ts";
import { checkJsonBounds, REFUSED_KEYS, VALUE_DEPTH } from "../limits.ts";

type Container = unknown[] | Record<string, unknown>;

/** Values that one operation may copy: else a few of them, each doubling the document, would fill the memory. */
const MAX_COPIED = 100_000;
const ARRAY_INDEX = /^(0|[1-9][0-9]*)$/;

/**
 * Applies an RFC 6902 patch as a whole or not at all, and never changes the document it is given:
 * what lies along the path of an operation is copied, everything else is shared. A document grows no
 * deeper than {@link VALUE_DEPTH}: whoever copies or prints it does so by recursion.
 *
 * The library applies an operation; that its pointers name what is really there, with an index that
 * is one, is checked here, since the library would also follow `length` or `toString`.
 * @returns the new document, or `undefined` when an operation cannot be applied
 */
export function patched(
  document: unknown,
  patch: readonly JsonPatchOperation[],
): { readonly document: unknown } | undefined {
  // The document hangs in a holder, so that the pointer "" is a path like any other.
  const holder = { document };
  for (const operation of patch) {
    if (!prepare(holder, operation)) return undefined;
    const [error] = applyPatch(holder, [withinHolder(operation)]);
    if (error !== null) return undefined;
  }
  return { document: holder.document ?? null };
}

/** Copies what the operation will change; false when it cannot be applied. */
function prepare(holder: { document: unknown }, operation: JsonPatchOperation): boolean {
  const creates = operation.op === "add" || operation.op === "move" || operation.op === "copy";
  const path = tokensOf(operation.path);
  const source = "from" in operation ? tokensOf(operation.from) : undefined;
  if (source !== undefined && !copyAlong(holder, source, false)) return false;
  const value = source === undefined ? Reflect.get(operation, "value") : valueAt(holder, source);
  // The library copies values by recursion and by plain assignment; both need the value to be tame.
  const limits = { depth: VALUE_DEPTH - placeOf(path), values: operation.op === "copy" ? MAX_COPIED : Infinity };
  if (checkJsonBounds(value, limits) !== undefined) return false;
  return copyAlong(holder, path, creates);
}

/** How many levels lie above it in the document; the first token is the holder's own. */
function placeOf(tokens: readonly string[]): number {
  return tokens.length - 1;
}

function valueAt(holder: { document: unknown }, tokens: readonly string[]): unknown {
  return tokens.reduce<unknown>((at, token) => Reflect.get(at as object, token), holder);
}

function copyAlong(holder: { document: unknown }, tokens: readonly string[], mayBeNew: boolean): boolean {
  let container: Container = holder;
  for (const [depth, token] of tokens.entries()) {
    const isLast = depth === tokens.length - 1;
    if (!names(container, token, isLast && mayBeNew)) return false;
    if (isLast) return true;
    const child: unknown = Reflect.get(container, token);
    if (typeof child !== "object" || child === null) return false;
    const copy = (Array.isArray(child) ? child.slice() : { ...child }) as Container;
    Reflect.set(container, token, copy);
    container = copy;
  }
  return true;
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

function withinHolder(operation: JsonPatchOperation): JsonPatchOperation {
  const path = `/document${operation.path}`;
  return "from" in operation ? { ...operation, path, from: `/document${operation.from}` } : { ...operation, path };
}
