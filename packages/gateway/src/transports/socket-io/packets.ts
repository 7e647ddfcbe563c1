import type { JsonObject } from "@throughline/protocol";
import type { Framing } from "../../delivery/framing.ts";
import { textFrame } from "../../delivery/websocket-frame.ts";

/** An event of Socket.IO's default namespace, encoded: it goes out as it is. */
export interface Packet {
  /** Seq of the thread's event it stands for; 0 for none. */
  readonly seq: number;
  /** As Engine.IO takes it. */
  readonly text: string;
  /** With it, Engine.IO need not build the WebSocket frame anew for each client (D3). */
  readonly options: { readonly compress: false; readonly wsPreEncodedFrame: readonly [Uint8Array] };
}

/** Packet type EVENT of the Socket.IO protocol 5. */
const EVENT = "2";
/** Packet type "message" of the Engine.IO protocol 4. */
const MESSAGE = "4";
/** Neither can stand in JSON, where control characters are escaped. */
const END_OF_SEQ = "\x1f";
const END_OF_PACKET = "\x1e";

/** Socket.IO events named by the frame's `type`; where one stands is said inside. */
export const socketIoFraming: Framing = {
  name: "socketio",
  event: (frame, { seq, epoch }) => encoded(seq, { ...frame, seq, epoch }),
  plain: (frame) => encoded(0, frame),
};

function encoded(seq: number, frame: JsonObject): Uint8Array {
  const text = EVENT + JSON.stringify([frame["type"], frame]);
  return Buffer.from(seq + END_OF_SEQ + text + END_OF_PACKET);
}

/** Most bytes are given to many sockets: taken apart once. */
const known = new WeakMap<Uint8Array, readonly Packet[]>();

/** The packets in what {@link socketIoFraming} has made. */
export function packetsIn(bytes: Uint8Array): readonly Packet[] {
  const packets = known.get(bytes) ?? Buffer.from(bytes).toString().split(END_OF_PACKET).slice(0, -1).map(packet);
  known.set(bytes, packets);
  return packets;
}

function packet(record: string): Packet {
  const end = record.indexOf(END_OF_SEQ);
  const text = record.slice(end + 1);
  const options = { compress: false, wsPreEncodedFrame: [textFrame(MESSAGE + text)] } as const;
  return { seq: Number(record.slice(0, end)), text, options };
}
