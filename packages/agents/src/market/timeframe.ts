import type { Instrument } from "./catalogue.ts";

/** The timeframe asked for in words, or, where several are compared, one that all of them have. */
export function commonTimeframe(text: string, instruments: readonly Instrument[]): string | undefined {
  if (/\bmonthly\b/i.test(text)) return "1M";
  if (/\bweekly\b/i.test(text)) return "1W";
  const [first, ...others] = instruments.map(({ files }) => files[0]?.timeframe ?? "1D");
  return others.every((timeframe) => timeframe === first) ? undefined : "1M";
}
