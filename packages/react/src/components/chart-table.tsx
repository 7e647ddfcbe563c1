import { day, drawingsOf } from "../chart/drawings.ts";
import type { ChartPlan } from "../chart/plan.ts";
import type { Bar, Series } from "../chart/series.ts";
import { price, whole } from "../format.ts";

/** A table of more is no easier to read than the chart. */
const NEWEST = 250;

/** The chart as tables: what the agents drew, then the newest prices. */
export function ChartTable({ series, plan }: { readonly series: Series; readonly plan: ChartPlan }) {
  const drawings = drawingsOf(plan);
  const columns = series.kind === "ohlcv" ? ["Open", "High", "Low", "Close", "Volume"] : ["Close"];
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
          {series.bars
            .slice(-NEWEST)
            .reverse()
            .map((bar) => (
              <tr key={bar.time}>
                <th scope="row">{day(bar.time)}</th>
                {valuesOf(bar).map((value, index) => (
                  <td key={columns[index]}>{value}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function valuesOf({ close, candle }: Bar): readonly string[] {
  if (candle === null) return [price(close)];
  return [price(candle.open), price(candle.high), price(candle.low), price(close), whole(candle.volume)];
}
