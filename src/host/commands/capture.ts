/** `call-lake capture asterisk`: a sidecar that records every call of an Asterisk, which needs no change but a user. */
import { connectAri } from "../../engine-hook/adapters/asterisk/connect.ts";
import { openCallHistory } from "../../engine-hook/index.ts";
import { type Command, EXIT, type Given, print, stopSignal, tell, UsageError } from "../command.ts";

export const command: Command = {
  summary: "record every call of an Asterisk from outside, over its REST interface",
  usage: `call-lake capture asterisk --url URL --username USER --password PASSWORD [--app NAME] [--dir DIR]

--url URL            Asterisk's HTTP server, such as http://127.0.0.1:8088 (ARI_URL)
--username USER      a user of ari.conf (ARI_USERNAME)
--password PASSWORD  its password; ARI_PASSWORD keeps it off the list of processes
--app NAME           name of our Stasis application, "call-lake" (ARI_APP); never the engine's own

It runs until Ctrl-C or SIGTERM. Lost connections come back by themselves. \`call-lake serve\` or \`call-lake etl\`
beside it turns the journal into Parquet.`,
  options: {
    url: { type: "string" },
    username: { type: "string" },
    password: { type: "string" },
    app: { type: "string" },
  },
  async run(given) {
    const [engine, ...more] = given.positionals;
    if (engine !== "asterisk" || more.length > 0) {
      throw new UsageError(
        engine === undefined
          ? "The engine is missing: call-lake capture asterisk."
          : `Only asterisk can be captured from outside; it is ${JSON.stringify(given.positionals.join(" "))}.`,
      );
    }
    const settings = {
      url: needed(given, "url"),
      username: needed(given, "username"),
      password: needed(given, "password"),
      app: given.text("app") ?? (process.env["ARI_APP"]?.trim() || "call-lake"),
    };
    const stop = stopSignal();
    const history = await openCallHistory({ dir: given.dir });
    history.on("failure", ({ message }) => tell(message));
    try {
      const connection = await connectAri(history, {
        ...settings,
        onChange: (_listening, sentence) => tell(sentence),
        onCall: (told) => print(given.json ? JSON.stringify(told) : sentenceOf(told)),
      });
      tell(`Recording the calls of ${settings.url} as ${settings.app} into ${given.dir}; Ctrl-C ends it.`);
      await new Promise<void>((resolve) => {
        if (stop.aborted) resolve();
        else stop.addEventListener("abort", () => resolve(), { once: true });
      });
      connection.close();
      const { ended_calls, open_calls, malformed } = connection.stats();
      const unread = malformed > 0 ? ` ${malformed} events could not be read.` : "";
      tell(`Stopped: ${ended_calls} calls recorded, ${open_calls} were going on.${unread}`);
    } finally {
      await history.close();
    }
    return EXIT.ok;
  },
};

function needed(given: Given, name: string): string {
  const variable = `ARI_${name.toUpperCase()}`;
  const value = given.text(name) ?? process.env[variable]?.trim();
  if (!value) throw new UsageError(`--${name} or ${variable} is needed.`);
  return value;
}

type Told = Parameters<NonNullable<Parameters<typeof connectAri>[1]["onCall"]>>[0];

function sentenceOf({ what, call_id, caller_number, called_number, outcome, duration_seconds }: Told): string {
  const time = new Date().toISOString().slice(11, 19);
  const who = `${caller_number ?? "unknown"} -> ${called_number ?? "unknown"}`;
  const end = what === "ended" ? `  ${outcome} after ${duration_seconds?.toFixed(1)} s` : "";
  return `${time}  ${what}  ${call_id}  ${who}${end}`;
}
