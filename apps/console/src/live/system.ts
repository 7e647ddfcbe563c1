import type { System } from "./seams.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** The browser's own clock, randomness, network and storage. */
export const browserSystem: System = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  id() {
    // Five bits a letter. Not crypto.randomUUID: a page over plain HTTP on a LAN has none.
    const bytes = crypto.getRandomValues(new Uint8Array(13));
    return Array.from(bytes, (byte) => ALPHABET[byte % 32]).join("");
  },
  fetch: (path, init) => fetch(path, init),
  storage: {
    get(key) {
      try {
        return sessionStorage.getItem(key);
      } catch {
        // Storage is blocked: a reload forgets what was not sent yet, nothing else.
        return null;
      }
    },
    set(key, value) {
      try {
        if (value === null) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, value);
      } catch {
        // As above.
      }
    },
  },
};
