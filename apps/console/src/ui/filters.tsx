import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { cn } from "./cn.ts";

interface ChipsProps {
  readonly label: string;
  readonly value: string;
  /** The value "" stands for all. */
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

/** A few choices side by side, one of them taken. */
export function Chips({ label, value, options, onChange }: ChipsProps) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cn(
            "h-7 rounded-full border px-2.5 text-xs font-medium transition-colors",
            option.value === value
              ? "border-strong-line bg-surface text-ink"
              : "border-transparent text-quiet hover:bg-sunken hover:text-ink",
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly className?: string;
}

/** Typing settles for this long before it is searched for. */
const SETTLE_MS = 200;

/** @param value what is searched for; it may be changed elsewhere too, as by “Show all” */
export function SearchField({ label, value, onChange, className }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const tell = useRef(onChange);
  // What both sides knew last: what differs from it is news of one of them.
  const known = useRef(value);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === known.current) return;
    const timer = setTimeout(() => {
      known.current = text;
      tell.current(text);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={cn("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-quiet" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        className="h-8 w-full rounded-control border border-hairline bg-surface pr-2 pl-8 text-sm placeholder:text-quiet focus:border-strong-line max-md:text-lg"
      />
    </div>
  );
}
