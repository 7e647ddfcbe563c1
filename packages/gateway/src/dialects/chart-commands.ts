import {
  type ChartCommandPayload,
  type ChartCommandView,
  chartCommandType,
  type ConnectionInfo,
  type Decoded,
  type Dialect,
  type DialectContext,
  EventType,
  type JsonObject,
  parseJsonObject,
  type Step,
  type ThreadEvent,
  type ThreadView,
} from "@throughline/protocol";
import { iso } from "./frames.ts";

/** Needs nothing of earlier events: a command is a frame by itself. */
type State = undefined;

const SESSION_THREAD = "chart:";
const NOTHING: Decoded = { commands: [], replies: [] };

/**
 * An agent steers every chart that watches a session: `WS /ws/chart-commands/{session_id}`. Clients
 * only watch; what they send and this does not know is ignored.
 */
export const chartCommands: Dialect<State> = {
  name: "chart-commands",
  initial: undefined,
  lateJoin: "view",
  step,
  snapshot,
  decode,
  describe,
  // The protocol has no greeting: its first frame is a command, and each carries the epoch.
  greet: () => undefined,
  reset: (context, reason, { epoch, lastSeq }) => ({
    type: "reset",
    session_id: sessionOf(context),
    epoch,
    last_seq: lastSeq,
    reason,
  }),
  acknowledge: () => undefined,
  error: (code, message, _context, now) => ({ type: "error", code, message, timestamp: iso(now) }),
};

function step(state: State, { event }: ThreadEvent, context: DialectContext): Step<State> {
  if (event.type !== EventType.CUSTOM || event.name !== "chart.command") return { state };
  const { command, commandType, agent } = event.value as ChartCommandPayload;
  const at = event.timestamp ?? 0;
  return { state, frame: commandFrame({ command, commandType, agent: agent ?? null, at }, context) };
}

function snapshot(view: ThreadView, context: DialectContext): readonly { seq: number; frame: JsonObject }[] {
  return view.chart.map((command) => ({ seq: command.seq, frame: commandFrame(command, context) }));
}

function commandFrame(
  { command, commandType, agent, at = 0 }: Omit<ChartCommandView, "seq">,
  context: DialectContext,
): JsonObject {
  return {
    type: "chart_command",
    session_id: sessionOf(context),
    command,
    command_type: chartCommandType(command, commandType),
    timestamp: iso(at),
    epoch: context.epoch,
    ...(agent === null ? {} : { agent }),
  };
}

function decode(text: string, _context: DialectContext, now: number): Decoded {
  const parsed = parseJsonObject(text);
  switch (parsed.ok ? parsed.value["type"] : undefined) {
    case "ping":
      return { commands: [], replies: [{ type: "pong", timestamp: iso(now) }] };
    case "get_status":
      return { ...NOTHING, asks: "status" };
    default:
      return { ...NOTHING, ignored: true };
  }
}

function describe({ clients, connectedAt, view }: ConnectionInfo, context: DialectContext): JsonObject {
  const info = {
    session_id: sessionOf(context),
    clients,
    connected_at: iso(connectedAt),
    last_seq: view.lastSeq,
    commands_sent: view.chartCommandsSent,
    epoch: context.epoch,
  };
  return { type: "status", info };
}

/** A chart session is the thread `chart:{session_id}`; a chart of any other thread goes by its id. */
function sessionOf({ threadId }: DialectContext): string {
  return threadId.startsWith(SESSION_THREAD) ? threadId.slice(SESSION_THREAD.length) : threadId;
}
