import { Chat } from "./chat.tsx";

export default async function Page({ searchParams }: { readonly searchParams: Promise<{ readonly thread?: string }> }) {
  const { thread = "demo" } = await searchParams;
  return <Chat id={thread} />;
}
