/** A line that passes through a gap unbroken. */
export function Logo() {
  return (
    <svg viewBox="0 0 20 20" fill="none" strokeWidth="1.75" strokeLinecap="round" className="size-5" aria-hidden>
      <path d="M7 3v4.5M7 12.5V17M13 3v4.5M13 12.5V17" className="stroke-strong-line" />
      <path d="M1.5 10h17" className="stroke-signal" />
    </svg>
  );
}
