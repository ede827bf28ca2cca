// Says what to do when the scripts run on a Node too old for us. Written for any Node, hence plain CommonJS.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Call Lake needs Node 22.18 or newer; this is ${process.version}. ` +
      "`npm ci` (without --ignore-scripts) brings Node 24 for the npm scripts; or install one yourself.",
  );
  process.exit(1);
}
