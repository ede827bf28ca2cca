/** Words of the live calls: they come with what shows them. */
import { addWords } from "../words.ts";
import { live } from "./en/live.ts";

addWords({
  en: live,
  de: async () => (await import("./de/live.ts")).live,
  ar: async () => (await import("./ar/live.ts")).live,
});
