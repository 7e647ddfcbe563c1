import { useState } from "react";
import type { SubmitEvent } from "react";
import type { TaskPriority } from "@throughline/protocol";
import { navigate, taskPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { failureOf } from "../server/failure.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, INPUT } from "../ui/field.tsx";
import { Chips } from "../ui/filters.tsx";

const PRIORITIES = [
  { value: "", label: "None" },
  ...(["P0", "P1", "P2", "P3"] as const).map((value) => ({ value, label: value })),
];

interface NewTaskDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Says what is to be done; leads to the task. */
export function NewTaskDialog({ open, onOpenChange }: NewTaskDialogProps) {
  return (
    <Dialog title="New task" open={open} onOpenChange={onOpenChange}>
      <Form onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function Form({ onDone }: { readonly onDone: () => void }) {
  const { pages } = useServices();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [priority, setPriority] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const run = event.nativeEvent.submitter?.getAttribute("value") === "run";
    setBusy(true);
    setProblem(null);
    try {
      const chosen = priority === "" ? null : (priority as TaskPriority);
      const task = await pages.createTask({ title: title.trim(), description: description.trim(), priority: chosen });
      if (run) await pages.steerTask(task.id, "run");
      onDone();
      navigate(taskPath(task.id));
    } catch (error) {
      const failure = failureOf(error);
      setProblem(`${failure.message} ${failure.remedy}`);
      setBusy(false);
    }
  };
  const isBlank = title.trim() === "";
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4 overflow-y-auto p-4">
      <Field label="Title">
        {(id) => (
          <input
            id={id}
            autoFocus
            required
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            className={INPUT}
          />
        )}
      </Field>
      <Field label="Description" hint="What the agent is told">
        {(id) => (
          <textarea
            id={id}
            rows={4}
            maxLength={8_000}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
            className={INPUT}
          />
        )}
      </Field>
      <div>
        <p className="mb-1 text-sm font-medium">Priority</p>
        <Chips label="Priority" value={priority} options={PRIORITIES} onChange={setPriority} />
      </div>
      {problem !== null && (
        <p role="alert" className="text-sm text-red">
          {problem}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button type="submit" disabled={isBusy || isBlank}>
          Keep for later
        </Button>
        <Button type="submit" tone="primary" value="run" disabled={isBusy || isBlank}>
          {isBusy ? "Making…" : "Run now"}
        </Button>
      </div>
    </form>
  );
}
