import type { Curve } from "./history.ts";

/** The least readings a drawing has room for: a minute of them. */
const LEAST_SLOTS = 30;
const WIDTH = 300;
const HEIGHT = 64;
const COLORS = ["var(--signal)", "var(--violet)", "var(--amber)", "var(--green)", "var(--quiet)", "var(--red)"];
const DASHES = ["", "5 3", "2 2", "8 3", "1 3", "6 2 2 2"];

/** How a curve of this place is drawn: told apart by more than colour. */
export function strokeOf(index: number): { readonly stroke: string; readonly strokeDasharray: string } {
  return { stroke: COLORS[index % COLORS.length] ?? "", strokeDasharray: DASHES[index % DASHES.length] ?? "" };
}

/** Curves from left to right as they came, with zero at the foot. */
export function Sparkline({ curves }: { readonly curves: readonly Curve[] }) {
  const slots = Math.max(LEAST_SLOTS, ...curves.map(({ points }) => points.length));
  const top = Math.max(1e-9, ...curves.flatMap(({ points }) => points.map((point) => point ?? 0)));
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden
      className="h-16 w-full overflow-visible"
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className="stroke-hairline" vectorEffect="non-scaling-stroke" />
      {curves.map(({ label, points }, index) => (
        <path
          key={label}
          d={pathOf(points, slots, top)}
          fill="none"
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
          {...strokeOf(index)}
        />
      ))}
    </svg>
  );
}

function pathOf(points: readonly (number | null)[], slots: number, top: number): string {
  const step = WIDTH / Math.max(1, slots - 1);
  const first = slots - points.length;
  let pen = "M";
  let path = "";
  for (const [index, point] of points.entries()) {
    if (point === null) {
      pen = "M";
      continue;
    }
    // A lone reading is a dot: a line of no length with a round end.
    const isLone = pen === "M" && (points[index + 1] ?? null) === null;
    path += `${pen}${((first + index) * step).toFixed(1)} ${(HEIGHT - (point / top) * (HEIGHT - 4)).toFixed(1)}`;
    if (isLone) path += "h0.1";
    pen = "L";
  }
  return path;
}
