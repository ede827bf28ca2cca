/** Arabic words that the list and the head of a call begin with. */
import type { first as English } from "../en/first.ts";
import { common } from "./common.ts";
import { detail } from "./detail.ts";
import { history } from "./history.ts";

export const first: typeof English = { ...common, ...history, ...detail };
