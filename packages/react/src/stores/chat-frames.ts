import { type Frame, list, object, progress, questions, text } from "./fields.ts";
import type { Artifact, ToolExecution, Update } from "./update.ts";

/** What a frame of the chat (`/ws/chat`) means; null for one that means nothing to a store. */
export function updateOfChatFrame(frame: Frame): Update | null {
  const data = object(frame["data"]);
  switch (frame["type"]) {
    case "token":
      return { kind: "text", messageId: text(data["message_id"]), agent: null, delta: text(data["delta"]) };
    case "tool_execution":
      return { kind: "tool", ...toolOf(data) };
    case "status":
      // The greeting has no stage.
      return data["stage"] === undefined ? null : { kind: "progress", ...stageOf(data) };
    case "message":
      return {
        kind: "ended",
        outcome: "completed",
        content: text(data["content"]),
        messageId: text(data["message_id"]),
        artifacts: list(data["artifacts"]).map((artifact) => artifactOf(object(artifact))),
        agentsUsed: [],
      };
    case "cancelled":
      return { kind: "ended", outcome: "cancelled", content: null, messageId: null, artifacts: [], agentsUsed: [] };
    case "question":
      return { kind: "question", questions: questions(data) };
    case "error":
      return { kind: "error", code: text(data["code"]), message: text(data["error"]) };
    case "reset":
      return { kind: "reset" };
    default:
      return null;
  }
}

/** A stage counts where the assistant says how far it is; else only its words are shown. */
function stageOf(data: Frame): ReturnType<typeof progress> {
  return progress(data["current"], data["total"], `${text(data["stage"])}: ${text(data["status"])}`);
}

function toolOf(data: Frame): ToolExecution {
  const details = object(data["details"]);
  const status = data["status"] === "completed" || data["status"] === "failed" ? data["status"] : "running";
  const result = details["result"] === undefined ? {} : { result: details["result"] };
  return { id: text(details["tool_call_id"]), tool: text(data["tool"]), status, agent: null, ...result };
}

function artifactOf(artifact: Frame): Artifact {
  return {
    artifactId: text(artifact["artifact_id"]),
    type: text(artifact["kind"]),
    title: text(artifact["title"]),
    content: artifact["content"],
  };
}
