/** Words of the parts of one call's page: they come with what shows them. */
import { addWords } from "../words.ts";
import { panels } from "./en/panels.ts";

addWords({
  en: panels,
  de: async () => (await import("./de/panels.ts")).panels,
  ar: async () => (await import("./ar/panels.ts")).panels,
});
