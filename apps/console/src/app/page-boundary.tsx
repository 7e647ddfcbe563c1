import { CircleAlert } from "lucide-react";
import { Component } from "react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

interface Props {
  readonly children: ReactNode;
}

/** Keeps the header when a page cannot be shown, such as when a newer server no longer has its file. */
export class PageBoundary extends Component<Props, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div className="grid h-full place-items-center">
        <Notice
          tone="red"
          icon={<CircleAlert />}
          title="This page can’t be shown"
          action={
            <Button tone="primary" onClick={() => location.reload()}>
              Reload
            </Button>
          }
        >
          The server may have been renewed since it was opened. Nothing of your runs is lost.
        </Notice>
      </div>
    );
  }
}
