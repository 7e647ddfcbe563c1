import { Link, setSearch, threadPath } from "../app/router.tsx";
import { labelOf } from "../home/agents.ts";
import { type ThreadRow, threadStatus } from "../server/pages.ts";
import { StatusBadge } from "../thread/status-badge.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { count, plural, shortId } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";

export function RunsTable({ rows }: { readonly rows: readonly ThreadRow[] }) {
  return (
    <Table label="Runs">
      <thead>
        <tr>
          <Th className="max-md:hidden">Status</Th>
          <Th className="w-full">First words</Th>
          <Th className="max-lg:hidden">Agent</Th>
          <Th className="text-right max-md:hidden">Events</Th>
          <Th className="max-lg:hidden">Started</Th>
          <Th className="text-right">Active</Th>
          <Th className="max-xl:hidden">Thread</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </tbody>
    </Table>
  );
}

function Row({ row }: { readonly row: ThreadRow }) {
  const { agent } = row;
  return (
    <Tr>
      <Td className="max-md:hidden">
        <StatusBadge status={threadStatus(row)} />
      </Td>
      <Td className="max-w-0">
        <Link
          data-row
          href={threadPath(row.id)}
          className="block truncate rounded-control font-medium underline-offset-4 hover:underline"
        >
          {row.title === "" ? <span className="font-mono text-xs">{shortId(row.id, 28)}</span> : row.title}
        </Link>
        <StatusBadge status={row.status} className="md:hidden" />
      </Td>
      <Td className="whitespace-nowrap max-lg:hidden">
        {agent === null ? (
          <span className="text-quiet">–</span>
        ) : (
          <button
            type="button"
            onClick={() => setSearch({ agent })}
            className="rounded-control text-quiet hover:text-ink"
            aria-label={`Only runs of ${labelOf(agent)}`}
          >
            {labelOf(agent)}
          </button>
        )}
      </Td>
      <Td className="nums text-right text-quiet max-md:hidden" title={plural(row.last_seq, "event")}>
        {count(row.last_seq)}
      </Td>
      <Td className="text-xs whitespace-nowrap text-quiet max-lg:hidden">
        <RelativeTime at={row.created_at} />
      </Td>
      <Td className="text-right text-xs whitespace-nowrap text-quiet">
        <RelativeTime at={row.updated_at} />
      </Td>
      <Td className="max-xl:hidden">
        <CopyId id={row.id} label="Thread" />
      </Td>
    </Tr>
  );
}
