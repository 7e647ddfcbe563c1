import { Dialog } from "../ui/dialog.tsx";
import { MOD } from "./shortcuts.ts";

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["Enter", "Send the message"],
  ["Shift Enter", "New line"],
  ["/", "Write a message"],
  ["n", "New thread"],
  [`${MOD} .`, "Stop the run"],
  ["1 2 3", "Chat, chart, team (on a narrow page)"],
  ["t", "Change the theme"],
  ["?", "This list"],
];

export function ShortcutsDialog({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog title="Keyboard" open={open} onOpenChange={onOpenChange} className="max-w-sm">
      <dl className="p-4">
        {KEYS.map(([keys, does]) => (
          <div key={keys} className="flex items-center justify-between gap-4 py-1.5">
            <dt className="text-sm text-quiet">{does}</dt>
            <dd className="flex gap-1">
              {keys.split(" ").map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded-control border border-hairline bg-sunken px-1.5 text-center font-mono text-xs leading-5"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
