/** The English catalogue, which says what the others must have. */
import { common } from "./common.ts";
import { detail } from "./detail.ts";
import { history } from "./history.ts";
import { live } from "./live.ts";
import { sql } from "./sql.ts";
import { stats } from "./stats.ts";

export const en = { ...common, ...history, ...detail, ...live, ...sql, ...stats };
