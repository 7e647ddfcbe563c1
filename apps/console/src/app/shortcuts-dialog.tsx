import { Dialog } from "../ui/dialog.tsx";
import { MOD } from "./shortcuts.ts";

const KEYS: readonly (readonly [title: string, keys: readonly (readonly [keys: string, does: string])[]])[] = [
  [
    "Everywhere",
    [
      [`${MOD} K`, "Go anywhere, do anything"],
      ["n", "New run"],
      ["t", "Change the theme"],
      ["j k", "Next and previous row"],
      ["Enter", "Open the row"],
      ["?", "This list"],
    ],
  ],
  [
    "In a run",
    [
      ["/", "Write a message"],
      ["Enter", "Send it; with Shift a new line"],
      [`${MOD} .`, "Stop the run"],
      ["← →", "One event back, forth; with Shift a hundred"],
      ["Space", "Play from here; again: hold"],
      ["Esc", "Back to live; close what is open"],
      ["e", "Events, timeline and state"],
      ["1 2 3 4", "Tabs on a narrow page"],
    ],
  ],
];

export function ShortcutsDialog({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog title="Keyboard" open={open} onOpenChange={onOpenChange} className="max-w-md">
      <div className="overflow-y-auto p-4">
        {KEYS.map(([title, keys]) => (
          <section key={title} className="not-first:mt-4">
            <h3 className="mb-1 text-xs font-medium text-quiet">{title}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <Row key={key} keys={key} does={does} />
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Row({ keys, does }: { readonly keys: string; readonly does: string }) {
  return (
    <div className="flex items-center justify-between gap-4 py-1.5">
      <dt className="text-sm">{does}</dt>
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
  );
}
