import type { Random } from "@throughline/protocol";
import type { ClientOptions } from "./options.ts";
import type { TextStore } from "./seams.ts";

export const CLIENT_KEY = "client";

/**
 * A client's own part of what a browser keeps: what belongs to another server, or to somebody else, is
 * neither found nor touched.
 */
export function ownTexts(
  store: TextStore,
  { url, clientId, identity = clientId }: Pick<ClientOptions, "url" | "clientId" | "identity">,
): TextStore {
  const prefix = `throughline.${JSON.stringify([url, identity])}.`;
  return { get: (key) => store.get(prefix + key), set: (key, value) => store.set(prefix + key, value) };
}

/** The client's id from before the last reload, or a new one that is kept. */
export function keptClientId(store: TextStore, random: Random): string {
  const id = store.get(CLIENT_KEY) ?? random.uuid();
  store.set(CLIENT_KEY, id);
  return id;
}
