import { cva } from "class-variance-authority";
import type { VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

const button = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        primary: "bg-signal text-on-signal hover:not-disabled:bg-signal/88",
        plain: "border border-hairline bg-surface hover:not-disabled:bg-sunken",
        ghost: "text-quiet hover:not-disabled:bg-sunken hover:not-disabled:text-ink",
        danger:
          "border border-hairline bg-surface text-red hover:not-disabled:border-red/40 hover:not-disabled:bg-red-soft",
        violet: "bg-violet text-surface hover:not-disabled:bg-violet/88 dark:text-canvas",
      },
      size: {
        small: "h-7 px-2 text-xs",
        normal: "h-8 px-3 text-sm",
        icon: "size-8",
      },
    },
    defaultVariants: { tone: "plain", size: "normal" },
  },
);

export type ButtonProps = ComponentProps<"button"> & VariantProps<typeof button>;

export function Button({ tone, size, className, type = "button", ...props }: ButtonProps) {
  return <button type={type} className={cn(button({ tone, size }), className)} {...props} />;
}
