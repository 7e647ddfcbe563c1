import { Table2 } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { plural } from "../ui/format.ts";
import {
  type ChartPlan,
  type Drawing,
  drawingsOf,
  priceTable,
  type PriceTable,
  type Series,
} from "@throughline/react/chart";

/** The chart as tables: what the agents drew, then the newest prices. */
export function DataDialog({ series, plan }: { readonly series: Series; readonly plan: ChartPlan }) {
  const drawings = drawingsOf(plan);
  const table = priceTable(series);
  return (
    <Dialog
      title={series.name}
      description={`${series.symbol} · ${series.timeframe} · ${table.isCut ? `newest ${table.rows.length} of ` : ""}${plural(series.bars.length, "bar")}`}
      className="max-w-2xl"
      trigger={
        <Button tone="ghost" size="small">
          <Table2 aria-hidden className="size-3.5!" /> Data
        </Button>
      }
    >
      <div className="overflow-y-auto" tabIndex={0}>
        {drawings.length > 0 && <Drawings rows={drawings} />}
        <Prices {...table} />
      </div>
    </Dialog>
  );
}

const TABLE =
  "nums w-full text-xs [&_td]:px-4 [&_td]:py-1.5 [&_th]:px-4 [&_th]:py-2 [&_th]:font-medium [&_th]:text-quiet [&_tr]:border-b [&_tr]:border-hairline";

function Drawings({ rows }: { readonly rows: readonly Drawing[] }) {
  return (
    <table className={TABLE}>
      <caption className="sr-only">Drawings</caption>
      <thead className="text-left">
        <tr>
          <th scope="col">Drawn</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ seq, what, agent }) => (
          <tr key={seq}>
            <td>{what}</td>
            <td className="text-quiet">{agent ?? "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Prices({ columns, rows }: PriceTable) {
  return (
    <table className={`${TABLE} text-right`}>
      <caption className="sr-only">Prices, newest first</caption>
      <thead className="sticky top-0 bg-raised">
        <tr>
          <th scope="col" className="text-left">
            Date
          </th>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ time, day, values }) => (
          <tr key={time}>
            <th scope="row" className="text-left">
              {day}
            </th>
            {values.map((value, index) => (
              <td key={columns[index]}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
