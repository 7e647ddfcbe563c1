import type { Json, JsonObject, Message, RunAgentInput, ThreadView } from "@throughline/protocol";

/** What the person said last: in this run's input, or, where an answer started the run, earlier in the thread. */
export function personText(input: RunAgentInput, view: ThreadView): string {
  return lastUserText(input.messages) ?? lastUserText(view.messages) ?? "";
}

/** AG-UI's context entries by description, and over them `forwardedProps.context`. */
export function personContext(input: RunAgentInput): JsonObject {
  const described = Object.fromEntries((input.context ?? []).map(({ description, value }) => [description, value]));
  const forwarded: unknown = input.forwardedProps;
  const context = isObject(forwarded) ? forwarded["context"] : undefined;
  return isObject(context) ? { ...described, ...context } : described;
}

function lastUserText(messages: readonly Message[]): string | undefined {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (message?.role === "user") return contentText(message.content);
  }
  return undefined;
}

function contentText(content: Extract<Message, { role: "user" }>["content"]): string {
  if (typeof content === "string") return content;
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
