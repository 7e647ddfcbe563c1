import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";

interface DialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** What opens it; absent when `open` is steered from outside. */
  readonly trigger?: ReactElement<Record<string, unknown>>;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly className?: string;
}

export function Dialog({ title, description, children, trigger, open, onOpenChange, className }: DialogProps) {
  const steering = { ...(open !== undefined && { open }), ...(onOpenChange && { onOpenChange }) };
  return (
    <Base.Root {...steering}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-canvas/70 transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-50 grid place-items-center p-4">
          <Base.Popup
            className={cn(
              "flex max-h-[min(720px,calc(100dvh-32px))] w-full max-w-lg flex-col overflow-hidden rounded-card border border-hairline bg-raised shadow-float transition duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0",
              className,
            )}
          >
            <header className="flex items-start gap-4 border-b border-hairline py-3 pr-3 pl-4">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-lg">{title}</Base.Title>
                {description && <Base.Description className="mt-1 text-sm text-quiet">{description}</Base.Description>}
              </div>
              <Base.Close
                render={
                  <Button tone="ghost" size="icon" aria-label="Close" className="-mt-1">
                    <X />
                  </Button>
                }
              />
            </header>
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
