import { z } from "zod";

/** The frames of `WS /ws/quotes`, both ways. They are loose: who does not know a field ignores it. */

const Symbols = z.array(z.string().min(1).max(32)).min(1);
/** ISO-8601 UTC with milliseconds. */
const Timestamp = z.iso.datetime({ precision: 3 });

export const QuoteFrame = z.looseObject({
  type: z.literal("quote"),
  symbol: z.string(),
  price: z.number(),
  /** Since the close of the day before. */
  change: z.number(),
  change_percent: z.number(),
  /** Units traded today; 0 where the source does not know. */
  volume: z.number().min(0),
  timestamp: Timestamp,
  /** `replay`: days long past, played again. `simulated`: made up. */
  source: z.enum(["live", "replay", "simulated"]),
});

export const QuotePongFrame = z.looseObject({ type: z.literal("pong"), timestamp: Timestamp });

/** A symbol is none, unknown, or one too many. */
export const QuoteErrorFrame = z.looseObject({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
  symbol: z.string().optional(),
  timestamp: Timestamp,
});

/** What the server may send. */
export const QuoteServerFrame = z.discriminatedUnion("type", [QuoteFrame, QuotePongFrame, QuoteErrorFrame]);

/** What a client may send. Anything else is ignored and counted. */
export const QuoteClientFrame = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("subscribe"), symbols: Symbols }),
  z.looseObject({ type: z.literal("unsubscribe"), symbols: Symbols }),
  z.looseObject({ type: z.literal("ping") }),
]);
