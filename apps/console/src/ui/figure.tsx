import type { ReactNode } from "react";

/** Figures side by side. */
export function Figures({ children }: { readonly children: ReactNode }) {
  return (
    <dl className="mb-4 grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-px overflow-hidden rounded-card border border-hairline bg-surface">
      {children}
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  /** Undefined until it is known. */
  readonly value: number | undefined;
  readonly format: (value: number) => string;
  /** Colours what wants attention. */
  readonly tone?: string;
}

export function Figure({ label, value, format, tone = "text-ink" }: FigureProps) {
  return (
    <div className="flex flex-col-reverse justify-end px-4 py-3 outline-1 outline-hairline">
      <dt className="truncate text-xs text-quiet" title={label}>
        {label}
      </dt>
      <dd className={`nums text-xl font-medium tracking-tight ${tone}`}>
        {value === undefined ? <span className="skeleton inline-block h-5 w-12 align-middle" /> : format(value)}
      </dd>
    </div>
  );
}
