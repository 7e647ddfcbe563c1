import { setSearch, useSearch } from "./router.tsx";

interface Filters<Name extends string> {
  /** What is looked for; empty for what is not narrowed down. */
  readonly values: Readonly<Record<Name, string>>;
  /** Whether anything is. */
  readonly isFiltered: boolean;
  /** Changes some of them, in place: going back leaves the page. */
  readonly set: (change: { readonly [Key in Name]?: string }) => void;
  readonly clear: () => void;
}

/**
 * What a list is narrowed down by. It stands in the address, so that a link carries it.
 *
 * @param names the keys behind the `?`
 */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const search = useSearch();
  const entries = names.map((name) => [name, search.get(name) ?? ""] as const);
  return {
    values: Object.fromEntries(entries) as Record<Name, string>,
    isFiltered: entries.some(([, value]) => value !== ""),
    set: (change) => setSearch(change as Readonly<Record<string, string>>),
    clear: () => setSearch(Object.fromEntries(names.map((name) => [name, null]))),
  };
}
