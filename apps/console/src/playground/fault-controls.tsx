import { Switch } from "@base-ui/react/switch";
import { useId } from "react";
import { Card } from "../ui/page.tsx";
import type { Faults } from "./faulty-network.ts";

interface FaultControlsProps {
  readonly faults: Faults;
  readonly onChange: (change: Partial<Faults>) => void;
}

/** What may be done to the connection, and how much. */
export function FaultControls({ faults, onChange }: FaultControlsProps) {
  return (
    <Card className="flex flex-col gap-5 p-4">
      <Range
        label="Latency"
        unit="ms"
        value={faults.latencyMs}
        max={2_000}
        step={50}
        hint="Added to every request and every frame."
        onChange={(latencyMs) => onChange({ latencyMs })}
      />
      <Range
        label="Jitter"
        unit="ms"
        value={faults.jitterMs}
        max={1_000}
        step={50}
        hint="Up to this much more, at random."
        onChange={(jitterMs) => onChange({ jitterMs })}
      />
      <Range
        label="Drop about every"
        unit="s"
        value={faults.dropEveryMs / 1_000}
        max={20}
        step={1}
        hint="Connections opened from now on break off after so long."
        onChange={(seconds) => onChange({ dropEveryMs: seconds * 1_000 })}
      />
      <label className="flex items-center justify-between gap-4 text-sm">
        <span>
          <span className="block font-medium">Offline</span>
          <span className="block text-xs text-quiet">Nothing gets through until this is off again.</span>
        </span>
        <Switch.Root
          checked={faults.isOffline}
          onCheckedChange={(isOffline) => onChange({ isOffline })}
          className="relative h-5 w-9 shrink-0 rounded-full bg-strong-line transition-colors data-checked:bg-red"
        >
          <Switch.Thumb className="absolute top-0.5 left-0.5 size-4 rounded-full bg-surface transition-transform data-checked:translate-x-4" />
        </Switch.Root>
      </label>
    </Card>
  );
}

interface RangeProps {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly max: number;
  readonly step: number;
  readonly hint: string;
  readonly onChange: (value: number) => void;
}

function Range({ label, unit, value, max, step, hint, onChange }: RangeProps) {
  const id = useId();
  return (
    <div>
      <div className="flex items-baseline justify-between text-sm">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <output htmlFor={id} className="nums font-mono text-xs text-quiet">
          {value === 0 ? "off" : `${value} ${unit}`}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={max}
        step={step}
        value={value}
        aria-valuetext={value === 0 ? "off" : `${value} ${unit}`}
        onChange={(event) => onChange(Number(event.target.value))}
        className="mt-1 h-6 w-full accent-(--signal)"
      />
      <p className="text-xs text-quiet">{hint}</p>
    </div>
  );
}
