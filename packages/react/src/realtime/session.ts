import type { RealtimeClient } from "@throughline/client/realtime";
import type { Clock } from "@throughline/protocol";
import { Lingering } from "../lingering.ts";
import type { ChatSender } from "../stores/chat-store.ts";
import type { Frame } from "../stores/fields.ts";
import { applyFrames, type FrameDialect, type Stores } from "../stores/stores.ts";
import { Batch } from "./batch.ts";
import { deliveriesOf } from "./deliveries.ts";
import { CLIENT_FRAMES } from "./frames.ts";

/** Stores change at most this often, in ms, however fast frames come. */
const APPLY_MS = 50;

const sessions = new WeakMap<Stores, WeakMap<RealtimeClient, Lingering>>();

/**
 * What makes a client's frames fill the stores, and the chat's messages go out: one for each pair,
 * however many components hold it, so that no frame counts twice.
 */
export function sessionOf(stores: Stores, client: RealtimeClient, dialect: FrameDialect, clock: Clock): Lingering {
  const ofStores = sessions.get(stores) ?? new WeakMap<RealtimeClient, Lingering>();
  sessions.set(stores, ofStores);
  const found = ofStores.get(client) ?? new Lingering(clock, () => link(stores, client, dialect, clock));
  ofStores.set(client, found);
  return found;
}

function link({ chat, ...others }: Stores, client: RealtimeClient, dialect: FrameDialect, clock: Clock): () => void {
  const batch = new Batch<Frame>(clock, APPLY_MS, (frames) => applyFrames({ chat, ...others }, dialect, frames));
  const send: ChatSender = (content, id, context) =>
    deliveriesOf(client).send({ ...CLIENT_FRAMES[dialect].chat(content, context), id });
  const showStatus = (): void => {
    const { state, error } = client.connection.get();
    chat.getState().setConnectionStatus(state, error?.message ?? null);
  };
  const stops = [client.on("message", (frame) => batch.add(frame)), client.connection.subscribe(showStatus)];
  chat.getState().setSender(send);
  showStatus();
  return () => {
    for (const stop of stops) stop();
    batch.close();
    chat.getState().setSender(null, send);
  };
}
