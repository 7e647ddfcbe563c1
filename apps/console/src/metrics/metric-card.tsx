import { bytes, count, duration } from "../ui/format.ts";
import type { Family } from "./exposition.ts";
import type { Drawing } from "./history.ts";
import { Sparkline, strokeOf } from "./sparkline.tsx";

/** One metric: what it means, how it stands, how it went. */
export function MetricCard({ family, drawing }: { readonly family: Family; readonly drawing: Drawing }) {
  const { curves, unit } = drawing;
  return (
    <section
      aria-label={titleOf(family.name)}
      className="flex min-w-0 flex-col rounded-card border border-hairline bg-surface p-4"
    >
      <h3 className="text-sm font-medium">{titleOf(family.name)}</h3>
      <p className="mt-0.5 line-clamp-2 min-h-8 text-xs text-quiet" title={`${family.name}: ${family.help}`}>
        {family.help}
      </p>
      <div className="my-3">
        <Sparkline curves={curves} />
      </div>
      <dl className="nums mt-auto flex flex-col gap-1 text-xs">
        {curves.map(({ label, points, total }, index) => (
          <div key={label} className="flex items-center gap-2">
            <svg aria-hidden viewBox="0 0 16 2" className="h-0.5 w-4 shrink-0 overflow-visible">
              <line x1="0" x2="16" y1="1" y2="1" strokeWidth="2" {...strokeOf(index)} />
            </svg>
            <dt className="min-w-0 flex-1 truncate text-quiet" title={label}>
              {label === "" ? "now" : label}
            </dt>
            {total !== null && <dd className="font-medium">{printed(total, "count")}</dd>}
            <dd className={total === null ? "font-medium" : "w-14 text-right text-quiet"}>
              {printed(points.at(-1) ?? (total === null ? null : 0), unit)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function printed(value: number | null, unit: Drawing["unit"]): string {
  if (value === null) return "–";
  switch (unit) {
    case "seconds":
      return value < 0.01 ? `${(value * 1_000).toFixed(1)} ms` : duration(value * 1_000);
    case "bytes":
      return bytes(value);
    case "bytes per second":
      return `${bytes(value)}/s`;
    case "per second":
      return `${value < 10 ? value.toFixed(1) : count(value)}/s`;
    case "count":
      return count(value);
  }
}

/** `throughline_runs_active` → `Runs active`. */
export function titleOf(name: string): string {
  const words = name
    .replace(/^throughline_/, "")
    .replace(/_(?:total|seconds)$/, "")
    .replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
