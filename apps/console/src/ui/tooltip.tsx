import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

export const TooltipProvider = Base.Provider;

interface TooltipProps {
  /** What is explained; gets the focus and hover handlers. */
  readonly children: ReactElement<Record<string, unknown>>;
  readonly content: ReactNode;
  readonly side?: "top" | "bottom" | "left" | "right";
}

/** Explains on hover and focus. Never the only carrier of anything: its trigger has a name of its own. */
export function Tooltip({ children, content, side = "bottom" }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup className="max-w-72 rounded-control border border-hairline bg-raised px-2 py-1 text-xs text-ink shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
