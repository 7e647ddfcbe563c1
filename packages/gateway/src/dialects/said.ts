/** What a run has said so far, as two of the protocols tell it at its end. */
export interface Said {
  /** What the agent itself said. */
  readonly text: string;
  /** The latest message of a team member. */
  readonly memberText: string;
}

interface Speech {
  readonly subagentRunId?: string;
}

/** A message begins: the agent's own messages are paragraphs of one text, of a member the latest counts. */
export function beginMessage<State extends Said>(state: State, { subagentRunId }: Speech): State {
  if (subagentRunId !== undefined) return { ...state, memberText: "" };
  return state.text === "" ? state : { ...state, text: `${state.text}\n\n` };
}

/** A message goes on. */
export function sayMore<State extends Said>(
  state: State,
  { subagentRunId, delta }: Speech & { readonly delta: string },
): State {
  return subagentRunId === undefined
    ? { ...state, text: state.text + delta }
    : { ...state, memberText: state.memberText + delta };
}

/** What the run comes to: what the agent said, or the last of its team. */
export function saidIn({ text, memberText }: Said): string {
  return text === "" ? memberText : text;
}
