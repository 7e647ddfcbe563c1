import { lazy, useState } from "react";
import type { ComponentType } from "react";

/** A component whose code is a part of its own. */
export type FetchedAhead<Props> = ComponentType<Props> & {
  /** Fetches the code before it is shown. That it could not be fetched is told where it is shown. */
  readonly fetch: () => void;
};

/**
 * `lazy`, for what is sure to be needed soon. `lazy` alone shows what stands in for it at first, and for a
 * third of a second if much appears at once, even when the code has been there for long.
 */
export function fetchedAhead<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): FetchedAhead<Props> {
  let begun: Promise<{ default: ComponentType<Props> }> | undefined;
  let there: ComponentType<Props> | undefined;
  const fetched = async () => {
    try {
      const loaded = await load();
      there = loaded.default;
      return loaded;
    } catch (error) {
      // Where it is shown, it is tried again.
      begun = undefined;
      throw error;
    }
  };
  const once = () => (begun ??= fetched());
  const Late: ComponentType<Props> = lazy(once);
  function Ahead(props: Props) {
    // Chosen once: what has begun as the one would begin anew as the other.
    const [Shown] = useState(() => there ?? Late);
    return <Shown {...props} />;
  }
  return Object.assign(Ahead, {
    fetch: () => {
      once().catch(() => {});
    },
  });
}
