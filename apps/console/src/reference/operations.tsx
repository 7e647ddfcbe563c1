import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight } from "lucide-react";
import { useMemo } from "react";
import { cn } from "../ui/cn.ts";
import { Card } from "../ui/page.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { groupsOf, operationsOf } from "./documents.ts";
import type { Operation } from "./documents.ts";
import { NothingFound } from "./nothing-found.tsx";

export function Operations({ document, q }: { readonly document: unknown; readonly q: string }) {
  const all = useMemo(() => operationsOf(document), [document]);
  const wanted = q.toLowerCase();
  const found = all.filter(({ method, path, summary }) =>
    `${method} ${path} ${summary}`.toLowerCase().includes(wanted),
  );
  if (found.length === 0) return <NothingFound q={q} />;
  return groupsOf(found).map(([group, operations]) => (
    <section key={group} aria-label={group} className="mb-6">
      <h2 className="mb-2 text-sm font-medium text-quiet first-letter:uppercase">{group}</h2>
      <Card className="divide-y divide-hairline">
        {operations.map((operation) => (
          <Row key={`${operation.method} ${operation.path}`} operation={operation} />
        ))}
      </Card>
    </section>
  ));
}

const METHODS: Readonly<Record<string, string>> = {
  GET: "text-signal",
  POST: "text-violet",
  PUT: "text-amber",
  PATCH: "text-amber",
  DELETE: "text-red",
};

function Row({ operation }: { readonly operation: Operation }) {
  const { method, path, summary } = operation;
  return (
    <Collapsible.Root>
      <Collapsible.Trigger className="group flex min-h-11 w-full flex-wrap items-center gap-x-3 px-4 py-2 text-left -outline-offset-2 transition-colors hover:bg-sunken">
        <ChevronRight
          aria-hidden
          className="size-3.5 shrink-0 text-quiet transition-transform group-data-panel-open:rotate-90"
        />
        <span className={cn("w-14 font-mono text-xs font-medium", METHODS[method])}>{method}</span>
        <span className="font-mono text-xs wrap-anywhere">{path}</span>
        <span className="min-w-0 flex-1 truncate text-right text-xs text-quiet max-md:basis-full max-md:pl-6.5 max-md:text-left">
          {summary}
        </span>
      </Collapsible.Trigger>
      <Collapsible.Panel>
        <Details operation={operation} />
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

function Details({ operation }: { readonly operation: Operation }) {
  const { method, path, description, parameters, body, answers } = operation;
  const curl = `curl ${method === "GET" ? "" : `-X ${method} `}'${location.origin}${path}'${body === null ? "" : " -H 'content-type: application/json' -d '{}'"}`;
  return (
    <div className="flex flex-col gap-4 border-t border-hairline bg-canvas px-4 py-4 text-sm md:pl-11">
      {description !== "" && <p className="max-w-prose text-quiet">{description}</p>}
      <CopyText label="Copy the command" text={curl} />
      {parameters.length > 0 && (
        <Facts
          title="Parameters"
          facts={parameters.map(({ name, place, note }) => [name, `${place}${note === "" ? "" : ` · ${note}`}`])}
        />
      )}
      {body !== null && <Facts title="Body" facts={[[body, "JSON"]]} />}
      <Facts
        title="Answers"
        facts={answers.map(({ status, note, schema }) => [status, schema === null ? note : `${note} ${schema}`])}
      />
    </div>
  );
}

interface FactsProps {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, note: string])[];
}

function Facts({ title, facts }: FactsProps) {
  return (
    <div>
      <h3 className="mb-1 text-xs font-medium text-quiet">{title}</h3>
      <dl className="grid grid-cols-[minmax(88px,auto)_1fr] gap-x-4 gap-y-1 text-xs">
        {facts.map(([name, note]) => (
          <div key={name} className="contents">
            <dt className="font-mono">{name}</dt>
            <dd className="text-quiet wrap-anywhere">{note}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
