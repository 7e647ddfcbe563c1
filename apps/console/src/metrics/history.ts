import { useEffect, useState } from "react";
import type { Polled } from "../app/use-polled.ts";
import { quantileOf } from "./exposition.ts";
import type { Family } from "./exposition.ts";

/** One reading of every figure. */
export interface Reading {
  /** Ms since the Unix epoch. */
  readonly at: number;
  readonly figures: ReadonlyMap<string, Family>;
}

/** Five minutes at one reading in two seconds. */
const MOST = 150;

/** The readings since the page was opened, oldest first, at most {@link MOST}. */
export function useReadings({ value }: Polled<Reading>): readonly Reading[] {
  const [readings, setReadings] = useState<readonly Reading[]>([]);
  useEffect(() => {
    if (value !== null) setReadings((before) => [...before, value].slice(-MOST));
  }, [value]);
  return readings;
}

/** One line of a drawing. */
export interface Curve {
  readonly label: string;
  /** What a counter has come to; null for what is not counted up. */
  readonly total: number | null;
  /** One a reading; null where there is nothing to tell. */
  readonly points: readonly (number | null)[];
}

/** What a metric is drawn as, and in which unit. */
export interface Drawing {
  readonly unit: "count" | "per second" | "seconds" | "bytes" | "bytes per second";
  readonly curves: readonly Curve[];
}

/** More label sets than this are drawn as their sum. */
const MOST_CURVES = 6;

/** Gauges as they are, counters as what came in a second, histograms as quantiles of the last ten readings. */
export function drawingOf(name: string, readings: readonly Reading[]): Drawing {
  const families = readings.map(({ figures }) => figures.get(name));
  const kind = families.findLast((family) => family !== undefined)?.kind;
  if (kind === "histogram") return { unit: unitOf(name, false), curves: quantiles(families) };
  const isCounter = kind === "counter";
  const curves = labelSets(families).map(({ label, values }) => ({
    label,
    points: isCounter ? rates(values, readings) : values,
    total: isCounter ? (values.at(-1) ?? null) : null,
  }));
  return { unit: unitOf(name, isCounter), curves };
}

function unitOf(name: string, isCounter: boolean): Drawing["unit"] {
  if (name.endsWith("_seconds")) return "seconds";
  if (name.includes("bytes")) return isCounter ? "bytes per second" : "bytes";
  return isCounter ? "per second" : "count";
}

const WINDOW = 10;

/** Of what was observed in the last {@link WINDOW} readings; of everything, where that was nothing. */
function quantiles(families: readonly (Family | undefined)[]): readonly Curve[] {
  if (families.every((family) => family === undefined || quantileOf(1, family) === null)) return [];
  return [0.5, 0.95, 0.99].map((q) => ({
    label: percentile(q),
    points: families.map((family, index) => {
      if (family === undefined) return null;
      const before = index >= WINDOW ? families[index - WINDOW] : undefined;
      return quantileOf(q, family, before) ?? quantileOf(q, family);
    }),
    total: null,
  }));
}

interface LabelSet {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

function labelSets(families: readonly (Family | undefined)[]): readonly LabelSet[] {
  const readings = families.map((family) => {
    const own = family?.samples.filter(({ name }) => name === family.name) ?? [];
    return new Map(own.map(({ labels, value }) => [Object.entries(labels).flatMap(named).join(" · "), value]));
  });
  const labels = [...new Set(readings.flatMap((reading) => [...reading.keys()]))];
  if (labels.length > MOST_CURVES) {
    const values = readings.map((reading) => [...reading.values()].reduce((sum, value) => sum + value, 0));
    return [{ label: "all", values }];
  }
  return labels.map((label) => ({ label, values: readings.map((reading) => reading.get(label) ?? null) }));
}

/** What a label tells of its curve. */
function named([label, value]: readonly [string, string]): readonly string[] {
  if (value === "") return [];
  if (label !== "quantile") return [value];
  return [percentile(Number(value))];
}

function percentile(quantile: number): string {
  return quantile === 1 ? "max" : `p${quantile * 100}`;
}

/** What came in a second since the reading before; null for the first, and after a restart. */
function rates(values: readonly (number | null)[], readings: readonly Reading[]): readonly (number | null)[] {
  return values.map((value, index) => {
    const before = values[index - 1] ?? (index > 0 ? 0 : null);
    const seconds = ((readings[index]?.at ?? 0) - (readings[index - 1]?.at ?? 0)) / 1_000;
    if (value === null || before === null || value < before || seconds <= 0) return null;
    return (value - before) / seconds;
  });
}
