import { useRef } from "react";
import type { ReactNode } from "react";
import { useRowKeys } from "../app/shortcuts.ts";
import type { Polled } from "../app/use-polled.ts";
import { Card } from "./page.tsx";
import { PolledView, RowSkeleton } from "./polled-view.tsx";

interface RowsCardProps<T> {
  readonly polled: Polled<T>;
  /** What could not be loaded, as in “The runs could not be loaded”. */
  readonly what: string;
  readonly onRetry: () => void;
  /** How many rows are shown as on their way. */
  readonly rows: number;
  readonly children: (value: T) => ReactNode;
}

/** A list that keeps itself up to date, in a card; its rows can be walked by key. */
export function RowsCard<T>({ polled, what, onRetry, rows, children }: RowsCardProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  useRowKeys(list);
  const loading = `Loading ${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  return (
    <Card>
      <div ref={list}>
        <PolledView
          polled={polled}
          what={what}
          onRetry={onRetry}
          skeleton={<RowSkeleton rows={rows} label={loading} />}
        >
          {children}
        </PolledView>
      </div>
    </Card>
  );
}
