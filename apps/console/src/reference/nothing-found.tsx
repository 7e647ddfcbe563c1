import { SearchX } from "lucide-react";
import { setSearch } from "../app/router.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Card } from "../ui/page.tsx";

export function NothingFound({ q }: { readonly q: string }) {
  return (
    <Card>
      <Notice
        icon={<SearchX />}
        title={`Nothing has “${q}” in it`}
        className="py-16"
        action={<Button onClick={() => setSearch({ q: null })}>Show all</Button>}
      />
    </Card>
  );
}
