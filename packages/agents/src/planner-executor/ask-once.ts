import type { Run } from "../builder/run.ts";
import { planIn } from "./plan.ts";

/**
 * Asks the person while the plan is made, and keeps the answer with the plan: the next question ends
 * the run as well, and what was answered before it must still be known in the run that goes on.
 */
export async function askOnce(run: Run, key: string, question: string, options?: readonly string[]): Promise<string> {
  const answers = planIn(run.state.value)?.answers ?? {};
  const known = Object.hasOwn(answers, key) ? answers[key] : undefined;
  if (known !== undefined) return known;
  const answer = await run.ask(question, options === undefined ? { key } : { key, options });
  await run.state.patch([{ op: "add", path: "/plan/answers", value: { ...answers, [key]: answer } }]);
  return answer;
}
