/**
 * Makes the CSV files in this folder from two unpacked npm packages:
 *
 *     npm pack @visx/mock-data@4.0.0 vega-datasets@3.2.1    # in a scratch folder, then unpack both
 *     node extract.mjs <visx-mock-data>/package <vega-datasets>/package
 *
 * The packages are not dependencies: one is 42 MB, and the data will not change.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [visx, vega] = process.argv.slice(2);
if (visx === undefined || vega === undefined) {
  throw new Error("Usage: node extract.mjs <unpacked @visx/mock-data> <unpacked vega-datasets>");
}

const { default: bitcoin } = await import(pathToFileURL(join(visx, "esm/mocks/bitcoinPrice.js")).href);
await writeCloses("btc-usd-1d.csv", bitcoin.prices.map(({ time, price }) => [time.slice(0, 10), Number(price)]));

const { default: apple } = await import(pathToFileURL(join(visx, "esm/mocks/appleStock.js")).href);
await writeCloses("aapl-1d.csv", apple.map(({ date, close }) => [date.slice(0, 10), close]));

const stocks = await rowsOf("stocks.csv");
for (const symbol of ["AAPL", "AMZN", "GOOG", "IBM", "MSFT"]) {
  const rows = stocks.filter((row) => row[0] === symbol);
  await writeCloses(`${symbol.toLowerCase()}-1mo.csv`, rows.map(([, date, price]) => [isoDay(date), Number(price)]));
}

// The adjusted close equals the close throughout (an index pays no dividend), so it is left out.
const candles = (await rowsOf("sp500-2000.csv")).map(([date, open, high, low, close, , volume]) => [
  date,
  ...[open, high, low, close].map((price) => Number(Number(price).toFixed(2))),
  Number(volume),
]);
await writeRows("spx-1d.csv", "date,open,high,low,close,volume", candles);

async function rowsOf(name) {
  const text = await readFile(join(vega, "data", name), "utf8");
  return text.trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
}

function writeCloses(name, rows) {
  return writeRows(name, "date,close", rows);
}

async function writeRows(name, header, rows) {
  const sorted = rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(new URL(name, import.meta.url), `${[header, ...sorted.map((row) => row.join(","))].join("\n")}\n`);
}

/** "Feb 1 2010" → "2010-02-01" */
function isoDay(text) {
  return new Date(`${text} UTC`).toISOString().slice(0, 10);
}
