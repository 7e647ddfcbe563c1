import { type NativeClientFrame, parseJsonObject } from "@throughline/protocol";
import { NativeClientFrame as Schema } from "@throughline/protocol/schemas";

/** A client's frame, or what is wrong with it. */
export type ReadFrame =
  | { readonly ok: true; readonly frame: NativeClientFrame }
  | { readonly ok: false; readonly message: string };

/** Reads a frame of a client (N8). Never throws. */
export function readFrame(text: string): ReadFrame {
  const parsed = parseJsonObject(text);
  if (!parsed.ok) return { ok: false, message: parsed.message };
  const read = Schema.safeParse(parsed.value);
  // What the schema gives is what the type says, but for fields that may be undefined as well as absent.
  if (read.success) return { ok: true, frame: read.data as NativeClientFrame };
  const [issue] = read.error.issues;
  const at = issue?.path.join(".") ?? "";
  return { ok: false, message: `${at === "" ? "The frame" : `"${at}"`}: ${issue?.message ?? "is invalid"}` };
}
