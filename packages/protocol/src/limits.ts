import type { ErrorCode } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";

/** Bounds for JSON from outside (rule A3). */
export interface JsonLimits {
  /** UTF-16 units of text. */
  readonly length: number;
  /** Levels of arrays and objects. */
  readonly depth: number;
  /** Values in all arrays and objects together. */
  readonly values: number;
}

/** What a client's frame may hold. How long it may be is for the transport to say, which counts the bytes. */
export const FRAME_LIMITS: JsonLimits = { length: Number.POSITIVE_INFINITY, depth: 64, values: 10_000 };

/** Keys that a careless assignment would turn into a changed prototype; nobody needs them. */
export const REFUSED_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** JSON from outside, or why it was refused. */
export type ParsedJson =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Reads a JSON object from outside. Never throws. */
export function parseJsonObject(text: string, limits: JsonLimits = FRAME_LIMITS): ParsedJson {
  if (text.length > limits.length) {
    return { ok: false, code: "payload_too_large", message: `More than ${limits.length} characters in one frame.` };
  }
  const value = parse(text);
  if (value === undefined) return { ok: false, code: "invalid_frame", message: "Not JSON." };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, code: "invalid_frame", message: "Not a JSON object." };
  }
  const problem = checkJsonBounds(value, limits);
  return problem === undefined
    ? { ok: true, value: value as JsonObject }
    : { ok: false, code: "invalid_frame", message: problem };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Why a parsed value is out of bounds, or `undefined`. Walks without recursion: depth is what it is about. */
export function checkJsonBounds(value: unknown, limits: Omit<JsonLimits, "length"> = FRAME_LIMITS): string | undefined {
  let level: unknown[] = [value];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const node of level) {
      if (typeof node !== "object" || node === null) continue;
      if (depth >= limits.depth) return `More than ${limits.depth} levels deep.`;
      const refused = Array.isArray(node) ? undefined : Object.keys(node).find((key) => REFUSED_KEYS.has(key));
      if (refused !== undefined) return `The key "${refused}" is not allowed.`;
      const children: unknown[] = Object.values(node);
      values += children.length;
      if (values > limits.values) return `More than ${limits.values} values.`;
      for (const child of children) next.push(child);
    }
    level = next;
  }
  return undefined;
}

/** Levels of arrays and objects in one value of an agent's, and in a state or activity patched together of many. */
export const VALUE_DEPTH = 64;

/**
 * Whether the value has more than so many levels. Goes no deeper than that, so that a value within itself
 * is merely too deep.
 */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels <= 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}
