/** Words of the page for SQL: they come with what shows them. */
import { addWords } from "../words.ts";
import { sql } from "./en/sql.ts";

addWords({
  en: sql,
  de: async () => (await import("./de/sql.ts")).sql,
  ar: async () => (await import("./ar/sql.ts")).sql,
});
