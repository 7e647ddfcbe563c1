import {
  type CommandFrame,
  type NativeClientFrame,
  parseJsonObject,
  type PresenceFrame,
  ThroughlineError,
} from "@throughline/protocol";
import { NativeClientFrame as Schema } from "@throughline/protocol/schemas";

/** A client's frame, or what is wrong with it. */
export type ReadFrame =
  | { readonly ok: true; readonly frame: NativeClientFrame }
  | { readonly ok: false; readonly message: string };

/** Reads a frame of a client (N8). Never throws. */
export function readFrame(text: string): ReadFrame {
  const parsed = parseJsonObject(text);
  if (!parsed.ok) return { ok: false, message: parsed.message };
  return readValue(parsed.value);
}

/**
 * Reads a frame of a `commands` request (N5).
 * @throws invalid_input
 */
export function readRequestFrame(value: object): CommandFrame | PresenceFrame {
  const read = readValue(value);
  if (!read.ok) throw new ThroughlineError("invalid_input", `A frame is refused: ${read.message}`);
  const { frame } = read;
  if (frame.type === "command" || frame.type === "presence") return frame;
  throw new ThroughlineError("invalid_input", `A "${frame.type}" is for WebSockets.`);
}

function readValue(value: object): ReadFrame {
  const read = Schema.safeParse(value);
  // What the schema gives is what the type says, but for fields that may be undefined as well as absent.
  if (read.success) return { ok: true, frame: read.data as NativeClientFrame };
  const [issue] = read.error.issues;
  const at = issue?.path.join(".") ?? "";
  return { ok: false, message: `${at === "" ? "The frame" : `"${at}"`}: ${issue?.message ?? "is invalid"}` };
}
