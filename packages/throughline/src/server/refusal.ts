import { ThroughlineError } from "@throughline/protocol";

/** A refusal in the form the gateway's own have. */
export function refusal(error: ThroughlineError): Response {
  const { code, message, remedy, status } = error;
  return Response.json({ error: { code, message, remedy } }, { status });
}

/** What is said between the first connection and the moment everything is served. */
export function starting(): Response {
  return refusal(new ThroughlineError("unavailable", "The server is starting."));
}
