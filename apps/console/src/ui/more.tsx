import { Button } from "./button.tsx";

/** Under a list that goes on. */
export function More({ isBusy, onMore }: { readonly isBusy: boolean; readonly onMore: () => void }) {
  return (
    <div className="mt-3 flex justify-center">
      <Button tone="ghost" disabled={isBusy} onClick={onMore}>
        {isBusy ? "Loading…" : "Show more"}
      </Button>
    </div>
  );
}
