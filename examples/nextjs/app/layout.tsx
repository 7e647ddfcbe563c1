import type { ReactNode } from "react";
import "@throughline/react/styles.css";

export const metadata = { title: "Throughline in Next.js" };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" style={{ colorScheme: "light dark", background: "canvas", color: "canvastext" }}>
      <body>{children}</body>
    </html>
  );
}
