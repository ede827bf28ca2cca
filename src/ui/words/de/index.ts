/** The German catalogue: a chunk of its own. What is missing in it, the type check tells. */
import type { Words } from "../../words.ts";
import { common } from "./common.ts";
import { detail } from "./detail.ts";
import { history } from "./history.ts";
import { live } from "./live.ts";
import { sql } from "./sql.ts";
import { stats } from "./stats.ts";

export const de: Words = { ...common, ...history, ...detail, ...live, ...sql, ...stats };
