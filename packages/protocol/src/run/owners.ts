import type { Message } from "../events.ts";

/**
 * Who owns what within a run: the subagent that opened a message or tool call, or `undefined` for
 * the run's own agent. Ids are unique within a kind only, so each kind has a map of its own; owners
 * outlive the close, since a later event may still name the id.
 */
export class Owners {
  readonly message = new Map<string, string | undefined>();
  readonly toolCall = new Map<string, string | undefined>();
  readonly activity = new Map<string, string | undefined>();
  readonly reasoning = new Map<string, string | undefined>();

  /**
   * Takes over the owners of whole messages. A snapshot restates the conversation, so what it says
   * replaces what was known; the history in RUN_STARTED.input only fills gaps.
   */
  seed(messages: readonly Message[], replaces: boolean): void {
    for (const message of messages) {
      const owner = message.subagentRunId;
      put(this.#kindOf(message), message.id, owner, replaces);
      if (message.role !== "assistant") continue;
      for (const call of message.toolCalls ?? []) put(this.toolCall, call.id, owner, replaces);
    }
  }

  #kindOf(message: Message): Map<string, string | undefined> {
    if (message.role === "reasoning") return this.reasoning;
    return message.role === "activity" ? this.activity : this.message;
  }
}

function put(owners: Map<string, string | undefined>, id: string, owner: string | undefined, replaces: boolean): void {
  if (replaces || !owners.has(id)) owners.set(id, owner);
}

/**
 * Whether an event's tag contradicts the owner on record. An absent tag never does: it means
 * "whoever owns this". The run's own agent is an owner like any other.
 */
export function contradicts(owners: Map<string, string | undefined>, id: string, tag: string | undefined): boolean {
  if (tag === undefined) return false;
  const owner = owners.get(id);
  return owner === undefined ? owners.has(id) : owner !== tag;
}
