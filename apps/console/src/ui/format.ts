export { duration, percent, plural, price, whole } from "@throughline/react";

/** `just now`, `4 min ago`, `3 h ago`, `2 days ago`, then the date. */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 45) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  if (days < 14) return days === 1 ? "yesterday" : `${days} days ago`;
  return new Date(at).toLocaleDateString(undefined, { dateStyle: "medium" });
}

export function exactTime(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** `950`, `1.3k`, `2.4M`. */
export function count(value: number): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value).replace("K", "k");
}

/** Shortens an id in the middle: `web-3f9k…x2ta`. */
export function shortId(id: string, keep = 14): string {
  if (id.length <= keep) return id;
  const tail = Math.floor((keep - 1) / 3);
  return `${id.slice(0, keep - 1 - tail)}…${id.slice(-tail)}`;
}

/** `512 B`, `1.3 MB`. */
export function bytes(value: number): string {
  if (value < 1_000) return `${Math.round(value)} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(units.length, Math.floor(Math.log10(value) / 3));
  return `${(value / 1_000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `14:03:07.250`: a time of the day, to the millisecond. */
export function clockTime(at: number): string {
  return CLOCK.format(at);
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
