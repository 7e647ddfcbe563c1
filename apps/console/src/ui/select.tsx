import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly description?: string | null;
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}

export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <Base.Root items={[...options]} value={value} onValueChange={(next) => next !== null && onChange(next)}>
      <Base.Trigger
        aria-label={label}
        className="inline-flex h-8 max-w-full items-center gap-2 rounded-control px-2 text-sm font-medium text-quiet transition-colors hover:bg-sunken hover:text-ink"
      >
        <Base.Value className="truncate" />
        <Base.Icon>
          <ChevronsUpDown className="size-3.5" aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} alignItemWithTrigger={false} align="start" className="z-50">
          <Base.Popup className="max-w-[min(360px,calc(100vw-32px))] rounded-card border border-hairline bg-raised p-1 shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex gap-2 rounded-control px-2 py-1.5 text-sm outline-none select-none data-highlighted:bg-sunken"
                >
                  <span className="mt-0.5 size-4 shrink-0">
                    <Base.ItemIndicator>
                      <Check className="size-4 text-signal" aria-hidden />
                    </Base.ItemIndicator>
                  </span>
                  <span className="min-w-0">
                    <Base.ItemText className="block font-medium">{option.label}</Base.ItemText>
                    {option.description && <span className="block text-xs text-quiet">{option.description}</span>}
                  </span>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
