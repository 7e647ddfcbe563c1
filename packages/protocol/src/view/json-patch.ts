import { applyPatch } from "rfc6902";
import type { JsonPatchOperation } from "../events.ts";
import { checkJsonBounds, REFUSED_KEYS } from "../limits.ts";

type Container = unknown[] | Record<string, unknown>;

/** The library copies values by recursion and by plain assignment; both need the value to be tame. */
const VALUE_LIMITS = { depth: 1_000, values: Infinity };
const ARRAY_INDEX = /^(0|[1-9][0-9]*)$/;

/**
 * Applies an RFC 6902 patch as a whole or not at all, and never changes the document it is given:
 * what lies along the path of an operation is copied, everything else is shared.
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
  if ("value" in operation && checkJsonBounds(operation.value, VALUE_LIMITS) !== undefined) return false;
  const creates = operation.op === "add" || operation.op === "move" || operation.op === "copy";
  if ("from" in operation && !copyAlong(holder, tokensOf(operation.from), false)) return false;
  return copyAlong(holder, tokensOf(operation.path), creates);
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
