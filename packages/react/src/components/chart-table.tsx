import { drawingsOf } from "../chart/drawings.ts";
import type { ChartPlan } from "../chart/plan.ts";
import { priceTable } from "../chart/price-table.ts";
import type { Series } from "../chart/series.ts";

/** The chart as tables: what the agents drew, then the newest prices. */
export function ChartTable({ series, plan }: { readonly series: Series; readonly plan: ChartPlan }) {
  const drawings = drawingsOf(plan);
  const { columns, rows } = priceTable(series);
  return (
    <div data-tl="chart-table" className="scroll" tabIndex={0}>
      {drawings.length > 0 && (
        <table>
          <caption>Drawings</caption>
          <thead>
            <tr>
              <th scope="col">Drawn</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {drawings.map(({ seq, what, agent }) => (
              <tr key={seq}>
                <td>{what}</td>
                <td>{agent ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <table>
        <caption>Prices, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Date</th>
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
              <th scope="row">{day}</th>
              {values.map((value, index) => (
                <td key={columns[index]}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
