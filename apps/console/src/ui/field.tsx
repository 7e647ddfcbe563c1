import { useId } from "react";
import type { ReactNode } from "react";

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** Gets the id that the label points to. */
  readonly children: (id: string) => ReactNode;
}

/** A labelled place to write. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
        {hint !== undefined && <span className="ml-2 text-xs font-normal text-quiet">{hint}</span>}
      </label>
      {children(id)}
    </div>
  );
}

export const INPUT =
  "w-full rounded-control border border-hairline bg-surface px-3 py-1.5 text-sm placeholder:text-quiet focus:border-strong-line max-md:text-lg";
