import type { StreamLog } from "@throughline/log";

/** The log with some of its methods replaced; for seams that are watched or made to lie. */
export function overlay(log: StreamLog, methods: Partial<StreamLog>): StreamLog {
  return new Proxy(log, {
    get(target, name) {
      const own: unknown = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
}

/** The log, and how many of its tails are open. */
export function countTails(log: StreamLog): { readonly log: StreamLog; readonly open: () => number } {
  const tails = new Set<object>();
  const counted = overlay(log, {
    tail: (stream, listener) => {
      const key = {};
      tails.add(key);
      const stop = log.tail(stream, listener);
      return () => {
        tails.delete(key);
        stop();
      };
    },
  });
  return { log: counted, open: () => tails.size };
}
