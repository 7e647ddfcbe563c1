import type { ReactNode } from "react";
import { cn } from "./cn.ts";

interface NoticeProps {
  readonly icon: ReactNode;
  readonly title: string;
  /** What happened or what this is for, in a sentence. */
  readonly children?: ReactNode;
  /** The one thing to do about it. */
  readonly action?: ReactNode;
  readonly tone?: "quiet" | "red";
  readonly className?: string;
}

/** Fills a panel that has nothing to show: an empty state or an error. */
export function Notice({ icon, title, children, action, tone = "quiet", className }: NoticeProps) {
  return (
    <div
      role={tone === "red" ? "alert" : undefined}
      className={cn("mx-auto flex max-w-80 flex-col items-center gap-1 p-6 text-center", className)}
    >
      <span aria-hidden className={cn("mb-2 [&_svg]:size-5", tone === "red" ? "text-red" : "text-quiet")}>
        {icon}
      </span>
      <p className="text-base font-medium">{title}</p>
      {children && <p className="text-sm text-balance text-quiet">{children}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
