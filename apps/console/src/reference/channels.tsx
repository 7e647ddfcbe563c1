import { ArrowDown, ArrowUp } from "lucide-react";
import { useMemo } from "react";
import { Card } from "../ui/page.tsx";
import { channelsOf } from "./documents.ts";
import type { Channel, Message } from "./documents.ts";
import { NothingFound } from "./nothing-found.tsx";

export function Channels({ document, q }: { readonly document: unknown; readonly q: string }) {
  const all = useMemo(() => channelsOf(document), [document]);
  const wanted = q.toLowerCase();
  const found = all.flatMap((channel) => {
    if (`${channel.address} ${channel.title}`.toLowerCase().includes(wanted)) return [channel];
    const messages = channel.messages.filter(({ type }) => type.toLowerCase().includes(wanted));
    return messages.length === 0 ? [] : [{ ...channel, messages }];
  });
  if (found.length === 0) return <NothingFound q={q} />;
  return found.map((channel) => <ChannelCard key={channel.name} channel={channel} />);
}

function ChannelCard({ channel }: { readonly channel: Channel }) {
  const { title, address, description, messages } = channel;
  return (
    <section aria-label={title} className="mb-6">
      <h2 className="text-base">{title}</h2>
      <p className="mt-0.5 font-mono text-xs text-signal wrap-anywhere">{address}</p>
      <p className="mt-1 mb-3 max-w-prose text-sm text-quiet">{description}</p>
      <div className="grid gap-3 lg:grid-cols-2">
        <Direction title="A client may send" messages={messages.filter(({ sentBy }) => sentBy === "client")} />
        <Direction title="The server sends" messages={messages.filter(({ sentBy }) => sentBy === "server")} />
      </div>
    </section>
  );
}

function Direction({ title, messages }: { readonly title: string; readonly messages: readonly Message[] }) {
  if (messages.length === 0) return null;
  const Icon = messages[0]?.sentBy === "client" ? ArrowUp : ArrowDown;
  return (
    <Card>
      <h3 className="flex items-center gap-1.5 border-b border-hairline px-4 py-2 text-xs font-medium text-quiet">
        <Icon aria-hidden className="size-3.5" /> {title}
      </h3>
      <dl className="divide-y divide-hairline">
        {messages.map(({ key, type, fields }) => (
          <div key={key} className="flex gap-4 px-4 py-1.5 font-mono text-xs leading-5">
            <dt className="w-40 shrink-0 font-medium wrap-anywhere max-md:w-28">{type}</dt>
            <dd className="min-w-0 text-quiet wrap-anywhere">{fields.join("  ")}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
