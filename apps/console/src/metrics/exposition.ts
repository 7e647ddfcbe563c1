/** The text format of Prometheus, read back. Only what our own server writes: no timestamps, no exemplars. */

export type Kind = "counter" | "gauge" | "histogram" | "summary" | "untyped";

export interface Sample {
  /** With its suffix, such as `_bucket` or `_sum`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its samples. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly kind: Kind;
  readonly samples: readonly Sample[];
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const KINDS: readonly string[] = ["counter", "gauge", "histogram", "summary"];

/** Reads a whole answer of `/metrics`; lines that are none are passed over. */
export function parseMetrics(text: string): readonly Family[] {
  const families: { name: string; help: string; kind: Kind; samples: Sample[] }[] = [];
  for (const line of text.split("\n")) {
    const [, comment, name, rest = ""] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (comment === "HELP" && name !== undefined) families.push({ name, help: rest, kind: "untyped", samples: [] });
    const family = families.at(-1);
    if (family === undefined) continue;
    if (comment === "TYPE") family.kind = KINDS.includes(rest) ? (rest as Kind) : "untyped";
    const sample = comment === undefined ? parseSample(line) : undefined;
    if (sample !== undefined) family.samples.push(sample);
  }
  return families;
}

function parseSample(line: string): Sample | undefined {
  const [, name, labels = "", number = ""] = LINE.exec(line) ?? [];
  if (name === undefined) return undefined;
  const pairs = [...labels.matchAll(LABEL)].map(([, key = "", value = ""]) => [key, unescaped(value)] as const);
  return { name, labels: Object.fromEntries(pairs), value: valueOf(number) };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
}

function valueOf(text: string): number {
  if (text === "+Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  return Number(text);
}

/** Families by name. */
export function figuresOf(families: readonly Family[]): ReadonlyMap<string, Family> {
  return new Map(families.map((family) => [family.name, family]));
}

/** The sum over all of a metric's labels; 0 for one that is not there. */
export function sumOf(figures: ReadonlyMap<string, Family>, name: string): number {
  const own = figures.get(name)?.samples.filter((sample) => sample.name === name) ?? [];
  return own.reduce((sum, { value }) => sum + value, 0);
}

/** A histogram's buckets over all labels: how many were at most `le`, ascending. */
export function bucketsOf(family: Family): readonly { readonly le: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const { name, labels, value } of family.samples) {
    if (name !== `${family.name}_bucket`) continue;
    const le = valueOf(labels["le"] ?? "+Inf");
    counts.set(le, (counts.get(le) ?? 0) + value);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([le, count]) => ({ le, count }));
}

/**
 * The quantile as Prometheus estimates it, evenly within a bucket.
 * @param before the same histogram earlier: then of what came in between; absent = of all
 * @returns null where nothing was observed
 */
export function quantileOf(q: number, now: Family, before?: Family): number | null {
  const then = new Map((before === undefined ? [] : bucketsOf(before)).map(({ le, count }) => [le, count]));
  const buckets = bucketsOf(now).map(({ le, count }) => ({ le, count: count - (then.get(le) ?? 0) }));
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[at];
  if (bucket === undefined) return null;
  const below = buckets[at - 1] ?? { le: 0, count: 0 };
  // Beyond the last bound nothing is known but the bound.
  if (bucket.le === Infinity) return below.le;
  const share = bucket.count === below.count ? 1 : (rank - below.count) / (bucket.count - below.count);
  return below.le + (bucket.le - below.le) * share;
}
