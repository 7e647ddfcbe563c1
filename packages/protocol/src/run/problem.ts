/** Why an event may not stand where it was put. The text is for the agent's author. */
export interface Problem {
  readonly message: string;
}
