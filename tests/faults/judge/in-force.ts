import { type AguiEvent, emptyView, EventType, reduce } from "@throughline/protocol";

/**
 * Whether a chart that came without a position got what was in force at some place, in its order, and
 * then every command behind that place.
 * @param given the seqs it got, in order
 * @param at the place where it joined, where it was told
 * @param whole whether it was there to the end; else what it got may break off anywhere
 */
export function joinedChart(
  events: readonly AguiEvent[],
  given: readonly number[],
  { at, whole }: { readonly at: number | undefined; readonly whole: boolean },
): boolean {
  const commands = events.flatMap((event, index) => (isCommand(event) ? [index + 1] : []));
  let view = emptyView("chart");
  // What is in force changes with commands only.
  for (const place of [0, ...commands]) {
    const event = events[place - 1];
    if (event !== undefined) view = reduce(view, { seq: place, event });
    if (at !== undefined && place !== (commands.findLast((seq) => seq <= at) ?? 0)) continue;
    const due = [...view.chart.map(({ seq }) => seq), ...commands.filter((seq) => seq > place)];
    const same = given.every((seq, index) => seq === due[index]);
    if (same && (!whole || given.length === due.length)) return true;
  }
  return false;
}

function isCommand(event: AguiEvent): boolean {
  return event.type === EventType.CUSTOM && event.name === "chart.command";
}
