import { CloudOff } from "lucide-react";
import type { ReactNode } from "react";
import type { Polled } from "../app/use-polled.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

interface PolledViewProps<T> {
  readonly polled: Polled<T>;
  /** What could not be loaded, as in “The runs could not be loaded”. */
  readonly what: string;
  readonly onRetry: () => void;
  /** In the layout of what will come. */
  readonly skeleton: ReactNode;
  readonly children: (value: T) => ReactNode;
}

/** What was fetched, its skeleton until then, or why it did not come. What is there stays while newer fails. */
export function PolledView<T>({ polled, what, onRetry, skeleton, children }: PolledViewProps<T>) {
  if (polled.value !== null) return children(polled.value);
  if (polled.failure === null) return skeleton;
  return (
    <Notice
      tone="red"
      icon={<CloudOff />}
      title={`${what} could not be loaded`}
      className="py-16"
      action={<Button onClick={onRetry}>Try again</Button>}
    >
      {polled.failure.message} {polled.failure.remedy}
    </Notice>
  );
}

/** Rows of a list that is on its way. */
export function RowSkeleton({ rows = 6, label }: { readonly rows?: number; readonly label: string }) {
  return (
    <div role="status" aria-busy aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-11 items-center gap-4 border-b border-hairline px-4 last:border-b-0">
          <span className="skeleton h-3 w-16" />
          <span className="skeleton h-3" style={{ width: `${44 - ((row * 7) % 20)}%` }} />
          <span className="flex-1" />
          <span className="skeleton h-3 w-14 max-md:hidden" />
          <span className="skeleton h-3 w-20" />
        </div>
      ))}
    </div>
  );
}
