/** What this host uses of react-dom, for a project without @types/react-dom. */
declare module "react-dom/client" {
  import type { ReactNode } from "react";

  export function createRoot(place: Element): { render(children: ReactNode): void };
}
