import type { ReactNode, Ref } from "react";
import { cn } from "./cn.ts";

interface PageProps {
  readonly title: string;
  /** What it is for, in a sentence. */
  readonly description?: ReactNode;
  /** Stands at the right of the title. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  /** For what is read rather than scanned. */
  readonly isNarrow?: boolean;
  readonly ref?: Ref<HTMLDivElement>;
}

/** A page that scrolls: its title, what can be done, its contents. */
export function Page({ title, description, tools, children, isNarrow = false, ref }: PageProps) {
  return (
    <div ref={ref} className="h-full overflow-y-auto">
      <title>{`${title} · Throughline`}</title>
      <div className={cn("mx-auto flex w-full flex-col px-4 pt-6 pb-12 md:px-6", isNarrow ? "max-w-3xl" : "max-w-340")}>
        <div className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
          <div className="min-w-0 flex-1 basis-64">
            <h1 className="text-xl tracking-tight">{title}</h1>
            {description !== undefined && <p className="mt-1 text-sm text-quiet">{description}</p>}
          </div>
          {tools !== undefined && <div className="flex flex-wrap items-center gap-2">{tools}</div>}
        </div>
        {children}
      </div>
    </div>
  );
}

/** A card that holds a list, a table or some figures. */
export function Card({ className, children }: { readonly className?: string; readonly children: ReactNode }) {
  return (
    <div className={cn("overflow-hidden rounded-card border border-hairline bg-surface", className)}>{children}</div>
  );
}
