import { Unplug } from "lucide-react";
import { useState } from "react";
import { Link, threadPath } from "../app/router.tsx";
import { failureOf } from "../server/failure.ts";
import type { ClientRow } from "../server/pages.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { CopyId } from "../ui/copy-id.tsx";
import { plural, shortId, whole } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";

interface ClientsTableProps {
  readonly rows: readonly ClientRow[];
  readonly onDisconnect: (connectionId: string) => Promise<void>;
  readonly onChange: () => void;
}

export function ClientsTable({ rows, onDisconnect, onChange }: ClientsTableProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const disconnect = (id: string): void => {
    setProblem(null);
    onDisconnect(id).then(onChange, (error: unknown) => setProblem(failureOf(error).message));
  };
  return (
    <>
      {problem !== null && (
        <p role="alert" className="border-b border-hairline px-4 py-2 text-sm text-red">
          {problem}
        </p>
      )}
      <Table label="Connections">
        <thead>
          <tr>
            <Th>Client</Th>
            <Th>Protocol</Th>
            <Th className="w-full">Follows</Th>
            <Th className="text-right">Behind</Th>
            <Th className="text-right max-md:hidden">Last heard</Th>
            <Th className="text-right max-md:hidden">Connected</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={`${row.connection_id} ${row.thread_id}`} row={row} onDisconnect={disconnect} />
          ))}
        </tbody>
      </Table>
    </>
  );
}

interface RowProps {
  readonly row: ClientRow;
  readonly onDisconnect: (connectionId: string) => void;
}

function Row({ row, onDisconnect }: RowProps) {
  const { connection_id: connectionId, thread_id: threadId } = row;
  return (
    <Tr>
      <Td>
        <CopyId id={row.client_id} label="Client" />
      </Td>
      <Td className="font-mono text-xs whitespace-nowrap">{row.dialect}</Td>
      <Td className="max-w-0 truncate">
        <Link
          data-row
          href={threadPath(threadId)}
          className="rounded-control font-mono text-xs underline-offset-4 hover:underline"
        >
          {shortId(threadId, 32)}
        </Link>
      </Td>
      <Td
        className={cn("nums text-right whitespace-nowrap", row.lag > 0 ? "text-amber" : "text-quiet")}
        title={`${plural(row.lag, "event")} not sent yet`}
      >
        {row.lag === 0 ? "in step" : whole(row.lag)}
      </Td>
      <Td className="text-right text-xs whitespace-nowrap text-quiet max-md:hidden">
        <RelativeTime at={Date.parse(row.last_seen)} />
      </Td>
      <Td className="text-right text-xs whitespace-nowrap text-quiet max-md:hidden">
        <RelativeTime at={Date.parse(row.connected_at)} />
      </Td>
      <Td className="text-right">
        <Button
          tone="danger"
          size="small"
          aria-label={`Disconnect ${shortId(row.client_id)}`}
          onClick={() => onDisconnect(connectionId)}
        >
          <Unplug aria-hidden className="size-3.5!" />
          <span className="max-md:sr-only">Disconnect</span>
        </Button>
      </Td>
    </Tr>
  );
}
