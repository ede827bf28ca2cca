/** Loaded before a process: the columns table becomes that of a later record version, with a column and a nested field more. */
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith("/src/record/columns.ts")) return loaded;
    const text = String(loaded.source);
    const later = text
      .replace("RECORD_VERSION = 1;", "RECORD_VERSION = 2;")
      .replace("  tool_ms: integer,\n", "  tool_ms: integer,\n  vad_ms: integer,\n")
      .replace(
        "  quality_flags: column(",
        '  experiment: column(text, "Arm of an experiment."),\n  quality_flags: column(',
      );
    if (later.length < text.length + 60)
      throw new Error("src/record/columns.ts has changed; mend test/etl/as-version-2.ts.");
    return { ...loaded, source: later };
  },
});
