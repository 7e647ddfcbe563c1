import { percent } from "./format.ts";

/** How far something is, from 0 to 1. */
export function ProgressBar({ label, value }: { readonly label: string; readonly value: number }) {
  const full = percent(value);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={full}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1 overflow-hidden rounded-full bg-hairline"
    >
      <div className="h-full rounded-full bg-signal transition-[width]" style={{ width: `${full}%` }} />
    </div>
  );
}
