/** English words that the list and the head of a call begin with. */
import { common } from "./common.ts";
import { detail } from "./detail.ts";
import { history } from "./history.ts";

export const first = { ...common, ...history, ...detail };
