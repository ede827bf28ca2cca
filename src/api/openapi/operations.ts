/** The routes of the router, all of them. */
import { CHANGING } from "./changing.ts";
import type { Operation } from "./operation.ts";
import { READING } from "./reading.ts";
import { RUNNING } from "./running.ts";

export const OPERATIONS: readonly Operation[] = [...READING, ...CHANGING, ...RUNNING];
