/** The elements in JSX, for React 19 and later: `import "call-lake/ui/react"` once. */
import type { HTMLAttributes, RefAttributes } from "react";
import type { CallLakeElements, ReactProps } from "./host-types.ts";

type Jsx = {
  [T in keyof CallLakeElements]: ReactProps<T> &
    HTMLAttributes<CallLakeElements[T]> &
    RefAttributes<CallLakeElements[T]>;
};

declare module "react" {
  namespace JSX {
    interface IntrinsicElements extends Jsx {}
  }
}
