import { Component } from "react";
import type { ReactNode } from "react";

export interface TextBoundaryProps {
  /** What the children show. */
  readonly text: string;
  readonly children: ReactNode;
}

/** Shows the text as it was written when what shows it fails or cannot be fetched: no text takes its page down. */
export class TextBoundary extends Component<TextBoundaryProps, { readonly hasFailed: boolean }> {
  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override state: { readonly hasFailed: boolean } = { hasFailed: false };

  override render(): ReactNode {
    const { text, children } = this.props;
    return this.state.hasFailed ? <p data-tl="plain">{text}</p> : children;
  }
}
