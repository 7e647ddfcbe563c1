import { Compass } from "lucide-react";
import { Suspense } from "react";
import type { ReactNode } from "react";
import { late } from "./late.ts";
import { HomePage } from "../home/home-page.tsx";
import { Markdown } from "../thread/late-markdown.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";
import { PageBoundary } from "./page-boundary.tsx";
import { navigate, routeOf, usePathname } from "./router.tsx";
import type { Route } from "./router.tsx";
import { Shell } from "./shell.tsx";

const ThreadPage = late(() => {
  // What every thread has: fetched with the page, its texts never show as they were written.
  Markdown.fetch();
  return import("../thread/thread-page.tsx");
});
const ChartPage = late(() => import("../chart/chart-page.tsx"));
const RunsPage = late(() => import("../runs/runs-page.tsx"));
const InboxPage = late(() => import("../inbox/inbox-page.tsx"));
const TasksPage = late(() => import("../tasks/tasks-page.tsx"));
const TaskPage = late(() => import("../tasks/task-page.tsx"));
const ConnectionsPage = late(() => import("../connections/connections-page.tsx"));
const MetricsPage = late(() => import("../metrics/metrics-page.tsx"));
const AuditPage = late(() => import("../audit/audit-page.tsx"));
const ReferencePage = late(() => import("../reference/reference-page.tsx"));
const PlaygroundPage = late(() => import("../playground/playground-page.tsx"));
const SettingsPage = late(() => import("../settings/settings-page.tsx"));

export function App() {
  const pathname = usePathname();
  const route = routeOf(pathname);
  return (
    <TooltipProvider delay={300}>
      <Shell page={route.page}>
        <PageBoundary key={pathname}>
          <Suspense fallback={null}>{pageOf(route)}</Suspense>
        </PageBoundary>
      </Shell>
    </TooltipProvider>
  );
}

function pageOf(route: Route): ReactNode {
  switch (route.page) {
    case "home":
      return <HomePage />;
    case "thread":
      return <ThreadPage threadId={route.threadId} />;
    case "chart":
      return <ChartPage threadId={route.threadId} />;
    case "task":
      return <TaskPage taskId={route.taskId} />;
    case "runs":
      return <RunsPage />;
    case "inbox":
      return <InboxPage />;
    case "tasks":
      return <TasksPage />;
    case "connections":
      return <ConnectionsPage />;
    case "metrics":
      return <MetricsPage />;
    case "audit":
      return <AuditPage />;
    case "reference":
      return <ReferencePage />;
    case "playground":
      return <PlaygroundPage />;
    case "settings":
      return <SettingsPage />;
    case "unknown":
      return <UnknownPage />;
  }
}

function UnknownPage() {
  return (
    <div className="grid h-full place-items-center">
      <title>Nothing here · Throughline</title>
      <h1 className="sr-only">Nothing here</h1>
      <Notice
        icon={<Compass />}
        title="There is no such page"
        action={
          <Button tone="primary" onClick={() => navigate("/")}>
            Go to the start page
          </Button>
        }
      >
        The address may be mistyped.
      </Notice>
    </div>
  );
}
