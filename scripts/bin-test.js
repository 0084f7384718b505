// What `npm test` starts. npm puts the project's own Node 24 first; plain JavaScript, so that an older one can say what is wrong.
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(`GW_NODE_MISSING: the tests need Node 24 and this is ${process.version}. Run \`npm ci\`, then \`npm test\`.\n`);
  process.exit(1);
}
await import("./run-tests.ts");
