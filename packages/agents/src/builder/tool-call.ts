import { EventType, ThroughlineError, type Ids, type JsonObject } from "@throughline/protocol";
import type { Emit } from "./emit.ts";
import { unlessAborted } from "./pause.ts";
import { Asked } from "./questions.ts";
import type { ToolOptions } from "./run.ts";

/** What a call needs of the run it is made in. */
export interface Caller {
  readonly emit: Emit;
  readonly ids: Ids;
  readonly signal: AbortSignal;
}

/** Shows a tool call from its start to its result, and does the work in between. */
export async function callTool<Result>(
  { emit, ids, signal }: Caller,
  name: string,
  args: JsonObject,
  work: (signal: AbortSignal) => Promise<Result> | Result,
  options: ToolOptions<Result>,
): Promise<Result> {
  const toolCallId = ids.next("call");
  const tell = (content: string): Promise<void> =>
    emit({ type: EventType.TOOL_CALL_RESULT, messageId: ids.next("msg"), toolCallId, content, role: "tool" });
  await emit({ type: EventType.TOOL_CALL_START, toolCallId, toolCallName: name });
  await emit({ type: EventType.TOOL_CALL_ARGS, toolCallId, delta: JSON.stringify(args) });
  await emit({ type: EventType.TOOL_CALL_END, toolCallId });
  try {
    const result = await unlessAborted(Promise.resolve(work(signal)), signal);
    await tell(asText(options.show === undefined ? result : options.show(result)));
    return result;
  } catch (error) {
    if (error instanceof Asked || signal.aborted) throw error;
    await tell(JSON.stringify({ error: ThroughlineError.from(error, "agent_error").message }));
    if (options.onError === undefined) throw error;
    return await options.onError(error);
  }
}

/** A text as it is, anything else as JSON. */
function asText(result: unknown): string {
  return typeof result === "string" ? result : (JSON.stringify(result) ?? "null");
}
