import { Suspense, lazy } from "react";
import { HomePage } from "../home/home-page.tsx";
import { ThreadPage } from "../thread/thread-page.tsx";
import { Notice } from "../ui/notice.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";
import { Compass } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { navigate, routeOf, usePathname } from "./router.tsx";
import { Shell } from "./shell.tsx";

const ChartPage = lazy(() => import("../chart/chart-page.tsx"));

export function App() {
  return (
    <TooltipProvider delay={300}>
      <Page />
    </TooltipProvider>
  );
}

function Page() {
  const route = routeOf(usePathname());
  switch (route.page) {
    case "home":
      return <HomePage />;
    case "thread":
      return <ThreadPage key={route.threadId} threadId={route.threadId} />;
    case "chart":
      return (
        <Suspense fallback={null}>
          <ChartPage key={route.threadId} threadId={route.threadId} />
        </Suspense>
      );
    case "unknown":
      return <UnknownPage />;
  }
}

function UnknownPage() {
  return (
    <Shell link={{ phase: "live" }} follows={false} onRetry={() => location.reload()}>
      <div className="grid h-full place-items-center">
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
    </Shell>
  );
}
