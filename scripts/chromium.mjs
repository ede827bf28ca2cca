/** Finds a Chromium for the browser tests, or installs Debian's where that is possible. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The path of a Chromium: the one CHROMIUM names, else the first on the path. Null if there is none. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (executable(named)) return named;
    throw new Error(`CHROMIUM names a browser that cannot be run: "${named}".`);
  }
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/opt/google/chrome"];
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (folder && executable(path)) return path;
    }
  }
  return null;
}

/** Installs Debian's chromium as root, in plain sight. Throws a sentence that says what to run instead. */
export function installChromium() {
  const apt = ["/usr/bin/apt-get", "/bin/apt-get"].find(executable);
  const way =
    "The browser tests need Chromium. Install one (`sudo apt-get install -y chromium`), or name one: CHROMIUM=/path/to/chrome npm test.";
  if (!apt || process.getuid?.() !== 0) throw new Error(way);
  console.log(
    "The browser tests need Chromium and none is here: installing Debian's (apt-get update, apt-get install -y --no-install-recommends chromium) …",
  );
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const done = spawnSync(apt, args, { stdio: ["ignore", "inherit", "inherit"], env });
    if (done.status !== 0) throw new Error(`\`apt-get ${args.join(" ")}\` failed. ${way}`);
  }
  const found = findChromium();
  if (!found) throw new Error(`apt-get installed chromium, but none is found. ${way}`);
  return found;
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
