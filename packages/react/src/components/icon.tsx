/** Strokes on a grid of 16. */
const PATHS = {
  check: "M3.5 8.5l3 3 6-7",
  chevron: "M6 4l4 4-4 4",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3l2 1.5",
  cut: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6",
  down: "M8 3v10M4 9l4 4 4-4",
  send: "M8 13V3M4 7l4-4 4 4",
  stop: "M4.5 4.5h7v7h-7z",
  warning: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.5M8 10.7v.1",
} as const;

/** A small drawing that only repeats what the words beside it say. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg data-tl="icon" data-icon={name} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
