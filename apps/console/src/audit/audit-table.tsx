import { Link, setSearch, threadPath } from "../app/router.tsx";
import type { AuditRow } from "../server/pages.ts";
import { clockTime, exactTime, shortId } from "../ui/format.ts";
import { Table, Td, Th, Tr } from "../ui/table.tsx";

export function AuditTable({ rows }: { readonly rows: readonly AuditRow[] }) {
  return (
    <Table label="Audit log">
      <thead>
        <tr>
          <Th>Time</Th>
          <Th>Action</Th>
          <Th>Protocol</Th>
          <Th className="max-md:hidden">Client</Th>
          <Th>Thread</Th>
          <Th className="w-full max-lg:hidden">Details</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // Entries have no id, and several may share a moment: the place counts from the oldest shown.
          <Row key={`${row.at} ${rows.length - index}`} row={row} />
        ))}
      </tbody>
    </Table>
  );
}

const TONES: Readonly<Record<string, string>> = {
  "connection.opened": "text-signal",
  "connection.refused": "text-red",
  answer: "text-violet",
};

function Row({ row }: { readonly row: AuditRow }) {
  const at = Date.parse(row.at);
  const { thread_id: threadId, ...details } = row.details;
  return (
    <Tr>
      <Td className="nums font-mono text-xs whitespace-nowrap text-quiet" title={exactTime(at)}>
        <time dateTime={row.at}>{clockTime(at)}</time>
      </Td>
      <Td className={`text-sm font-medium whitespace-nowrap ${TONES[row.action] ?? ""}`}>{row.action}</Td>
      <Td className="font-mono text-xs whitespace-nowrap text-quiet">{row.dialect}</Td>
      <Td className="max-md:hidden">
        {row.client_id !== null && (
          <button
            type="button"
            title={row.client_id}
            onClick={() => setSearch({ client: row.client_id })}
            className="rounded-control font-mono text-xs whitespace-nowrap text-quiet hover:text-ink"
          >
            {shortId(row.client_id)}
          </button>
        )}
      </Td>
      <Td className="whitespace-nowrap">
        {typeof threadId === "string" && (
          <Link
            data-row
            href={threadPath(threadId)}
            className="rounded-control font-mono text-xs underline-offset-4 hover:underline"
          >
            {shortId(threadId, 20)}
          </Link>
        )}
      </Td>
      <Td className="max-w-0 truncate font-mono text-xs text-quiet max-lg:hidden" title={printed(details, "\n")}>
        {printed(details, "  ")}
      </Td>
    </Tr>
  );
}

function printed(details: Readonly<Record<string, unknown>>, between: string): string {
  return Object.entries(details)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(between);
}
