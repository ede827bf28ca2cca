/** Asking the lake: filters, scopes, pages, and the lake that answers them. */
export type { AnalystAnswer } from "./analyst/desk.ts";
export { SQL_LIMITS, sqlSchema } from "./analyst/schema.ts";
export type * from "./answers.ts";
export { ARROW_MEDIA_TYPE, arrowWriter } from "./arrow/stream.ts";
export { type CallLake, type CallLakeOptions, openCallLake, type SqlAnswer } from "./call-lake.ts";
export * from "./errors.ts";
export { MEDIA_TYPES, parseColumns, parseFormat } from "./export/format.ts";
export { cellText } from "./export/formula.ts";
export { FACET_PARAMETERS, parseFacet } from "./facets.ts";
export { EVERYTHING, FILTER_PARAMETERS, type Filter, isEverything, parseFilter, refuseUnknown } from "./filter.ts";
export { FIRST_PAGE, PAGE_PARAMETERS, parsePage } from "./page.ts";
export { type Scope, scopeOf } from "./scope.ts";
export { parseSearchPage, SEARCH_PARAMETERS } from "./search-page.ts";
export { matchesText, parseText } from "./text/index.ts";
export { missingOf } from "./unreadable.ts";
