/** Words of the dialogs of the list: they come with what shows them. */
import { addWords } from "../words.ts";
import { dialogs } from "./en/dialogs.ts";

addWords({
  en: dialogs,
  de: async () => (await import("./de/dialogs.ts")).dialogs,
  ar: async () => (await import("./ar/dialogs.ts")).dialogs,
});
