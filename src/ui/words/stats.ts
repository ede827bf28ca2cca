/** Words of the statistics and of the small widgets: they come with what shows them. */
import { addWords } from "../words.ts";
import { stats } from "./en/stats.ts";

addWords({
  en: stats,
  de: async () => (await import("./de/stats.ts")).stats,
  ar: async () => (await import("./ar/stats.ts")).stats,
});
