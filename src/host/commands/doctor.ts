/** `call-lake doctor`: says what is not well with a data folder and its machine, and how to mend it. */
import { userInfo } from "node:os";
import { doctor, setAside } from "../../etl/index.ts";
import { type Command, EXIT, print } from "../command.ts";
import { describeConfig, rulesIn } from "../config.ts";

export const command: Command = {
  summary: "say what is not well with a data folder, and how to mend it",
  usage: `call-lake doctor [--mend] [--dir DIR]

Looks at versions, permissions, clock, disk, the journal's lag, engines that are gone, masks that wait, broken files,
rollups and search index, retention, leftovers, and the settings in effect. Reads no rows: call-lake verify does.

--mend      set files that cannot be opened aside in quarantine/, with a receipt

Exit code 1 if something is wrong; notes alone are 0.`,
  options: { mend: { type: "boolean", default: false } },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const aside = given.flag("mend") ? await setAside(given.dir, userInfo().username) : [];
    const { retention_days, publish_seconds } = given.config;
    const retention = { days: retention_days, rules: rulesIn(given.config) };
    const checks = await doctor(given.dir, { retention, publish_seconds });
    const settings = describeConfig(given.config).filter(({ value, default: usual }) => value !== usual);
    const well = checks.every(({ state }) => state !== "wrong");
    if (given.json) print(JSON.stringify({ ok: well, set_aside: aside, checks, settings }));
    else {
      for (const path of aside) print(`Set aside: ${path}`);
      for (const { name, state, what, mend } of checks) {
        print(`${(state === "wrong" ? "WRONG" : state).padEnd(6)} ${name.padEnd(12)} ${what}`);
        if (mend !== null) print(`${" ".repeat(20)}-> ${mend}`);
      }
      for (const { variable, value } of settings) print(`${"set".padEnd(6)} ${variable} = ${value}`);
      print(well ? "All is well." : "Something is wrong.");
    }
    return well ? EXIT.ok : EXIT.failed;
  },
};
