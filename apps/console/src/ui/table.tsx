import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

/** A table of rows that can be scanned; wider than its box, it scrolls inside of it. */
export function Table({ className, label, ...props }: ComponentProps<"table"> & { readonly label: string }) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className="overflow-x-auto -outline-offset-2">
      <table className={cn("w-full border-collapse text-sm", className)} {...props} />
    </div>
  );
}

export function Th({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "h-9 border-b border-hairline px-3 text-left text-xs font-medium whitespace-nowrap text-quiet first:pl-4 last:pr-4",
        className,
      )}
      {...props}
    />
  );
}

export function Tr({ className, ...props }: ComponentProps<"tr">) {
  return (
    <tr
      className={cn(
        "border-b border-hairline transition-colors last:border-b-0 focus-within:bg-sunken hover:bg-sunken",
        className,
      )}
      {...props}
    />
  );
}

export function Td({ className, ...props }: ComponentProps<"td">) {
  return <td className={cn("h-11 px-3 py-1.5 first:pl-4 last:pr-4", className)} {...props} />;
}
