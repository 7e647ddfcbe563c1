import type { ThreadEvent, ThreadView } from "@throughline/protocol";
import { transcript } from "@throughline/react";
import type { Entry, Part } from "@throughline/react";

/** A line an event: `{"seq":1,"event":{…}}`. */
export function toNdjson(events: readonly ThreadEvent[]): string {
  return events.map(({ seq, event }) => `${JSON.stringify({ seq, event })}\n`).join("");
}

/** The conversation to be read elsewhere: who said what, the tools that were called, how it ended. */
export function toMarkdown(view: ThreadView): string {
  return `${[`# ${titleOf(view)}`, ...transcript(view).map(entryText)].join("\n\n")}\n`;
}

function titleOf(view: ThreadView): string {
  const first = view.messages.find(({ role }) => role === "user");
  return typeof first?.content === "string" ? first.content.split("\n")[0] || view.threadId : view.threadId;
}

function entryText(entry: Entry): string {
  switch (entry.kind) {
    case "user":
      return `**You**\n\n${entry.text}`;
    case "turn":
      return [`**${entry.agent === null ? "Agent" : agentName(entry.agent)}**`, ...entry.parts.map(partText)].join(
        "\n\n",
      );
    case "answered":
      return `> ${entry.question}\n\n**Answer:** ${entry.answer ?? "none"}`;
    case "ended": {
      const { status, error } = entry.run;
      return error === null ? `_${status}_` : `_${status}: ${error.message}_`;
    }
  }
}

function agentName({ emoji, name }: { readonly emoji: string | null; readonly name: string }): string {
  return emoji === null ? name : `${emoji} ${name}`;
}

function partText(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `> ${part.text.replaceAll("\n", "\n> ")}`;
    case "tool":
      return [`\`${part.name}\``, fenced(part.args), ...(part.result === null ? [] : [fenced(part.result)])].join(
        "\n\n",
      );
    case "activity":
      return fenced(JSON.stringify(part.content, null, 2));
  }
}

/** In a fence that is longer than any within. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}json\n${text}\n${fence}`;
}

/** A command that reads a thread's events behind a position. */
export function curlOf(origin: string, threadId: string, after: number, limit: number): string {
  return `curl '${origin}/api/v1/threads/${encodeURIComponent(threadId)}/events?after=${after}&limit=${limit}'`;
}
