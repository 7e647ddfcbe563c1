import { Check, Circle, CircleSlash } from "lucide-react";
import type { StepOutcome } from "@throughline/react";

export function StepIcon({ outcome }: { readonly outcome: StepOutcome }) {
  const icon = "size-3.5 shrink-0";
  if (outcome === "done") return <Check aria-label="done" className={`${icon} text-green`} />;
  if (outcome === "active") return <Circle aria-label="under way" className={`${icon} animate-pulse text-signal`} />;
  return <CircleSlash aria-label="not finished" className={`${icon} text-quiet`} />;
}
