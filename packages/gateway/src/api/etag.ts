import type { Task } from "@throughline/protocol";

/** The header that says which version a task is at. */
export function etagOf({ version }: Task): { ETag: string } {
  return { ETag: `"${version}"` };
}

const VERSION = /^(?:W\/)?"(\d{1,15})"$/;

/**
 * The versions that an If-Match or If-None-Match names; undefined for any (`*`, or no header). A tag that
 * is none of ours matches nothing. A weak one counts: proxies weaken tags when they compress.
 */
export function expectationOf(header: string | undefined): readonly number[] | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  return header.split(",").flatMap((tag) => {
    const version = VERSION.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
