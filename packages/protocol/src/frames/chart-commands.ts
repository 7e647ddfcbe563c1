import { z } from "zod";

/**
 * The frames of `WS /ws/chart-commands/{session_id}`, both ways, and of its HTTP fallback. They are
 * loose: who does not know a field ignores it.
 */

const Id = z.string().min(1).max(200);
/** ISO-8601 UTC with milliseconds. */
const Timestamp = z.iso.datetime({ precision: 3 });
const Seq = z.int().min(0);

/** One command, as every chart of the session gets it. */
export const ChartCommandFrame = z.looseObject({
  type: z.literal("chart_command"),
  session_id: Id,
  command: z.string(),
  /** `raw`: the grammar does not know it; delivered verbatim all the same. */
  command_type: z.enum(["chart_command", "raw"]),
  timestamp: Timestamp,
  /** Its place in the session, which `?after=` takes. */
  seq: z.int().min(1),
  /** What the seq belongs to. */
  epoch: z.string(),
  /** Name of the agent that drew it. */
  agent: z.string().optional(),
});

export const ChartPongFrame = z.looseObject({ type: z.literal("pong"), timestamp: Timestamp });

export const ChartStatusFrame = z.looseObject({
  type: z.literal("status"),
  info: z.looseObject({
    session_id: Id,
    /** Connections that watch the session now. */
    clients: z.int().min(1),
    connected_at: Timestamp,
    last_seq: Seq,
    /** Commands the session has had, ever. */
    commands_sent: z.int().min(0),
    epoch: z.string(),
  }),
});

/** The position could not be honoured: clear the chart; the commands in force follow. */
export const ChartResetFrame = z.looseObject({
  type: z.literal("reset"),
  session_id: Id,
  epoch: z.string(),
  last_seq: Seq,
  reason: z.enum(["epoch", "ahead", "trimmed"]),
});

/** The connection cannot go on; it closes. */
export const ChartErrorFrame = z.looseObject({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
  timestamp: Timestamp,
});

/** What the server may send. */
export const ChartServerFrame = z.discriminatedUnion("type", [
  ChartCommandFrame,
  ChartPongFrame,
  ChartStatusFrame,
  ChartResetFrame,
  ChartErrorFrame,
]);

/** What a client may send. Anything else is ignored and counted. */
export const ChartClientFrame = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("ping") }),
  z.looseObject({ type: z.literal("get_status") }),
]);
