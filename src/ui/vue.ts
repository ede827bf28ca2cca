/** The elements in Vue's templates: `import "call-lake/ui/vue"` once, and `isCustomElement` for tags with `call-`. */
import type { HTMLAttributes, ReservedProps } from "vue";
import type { CallLakeElements, VueProps } from "./host-types.ts";

type Components = {
  [T in keyof CallLakeElements]: new () => { $props: VueProps<T> & HTMLAttributes & ReservedProps };
};

declare module "vue" {
  interface GlobalComponents extends Components {}
}
