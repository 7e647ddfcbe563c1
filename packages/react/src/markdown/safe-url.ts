/** The address when it is one that a reader may be led to, else nothing. */
export function safeUrl(url: string): string {
  return /^(https?:\/\/|mailto:)/i.test(url) ? url : "";
}
