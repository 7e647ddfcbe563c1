/** `84 ms`, `1.2 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** `1,284`. */
export function whole(value: number): string {
  return value.toLocaleString("en");
}

/** One event, many events. */
export function plural(value: number, one: string): string {
  return `${whole(value)} ${one}${value === 1 ? "" : "s"}`;
}

/** A share from 0 to 1 as a whole number from 0 to 100. */
export function percent(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 100);
}

/** A price with as many digits as it needs. */
export function price(value: number): string {
  const digits = Math.abs(value) >= 100 ? 2 : Math.abs(value) >= 1 ? 3 : 5;
  return value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: digits });
}
