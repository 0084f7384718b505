// The import arrows of the design. A test file may reach wherever it needs; everything else follows these.
const tests = "\\.test\\.ts$";

/** What lies in `from` may import our own files only below `to`. */
const arrow = (name, comment, from, to) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, pathNot: tests },
  to: { path: "^(schemas|operators|pipelines|infra|scripts|test|dashboard|index\\.ts)", pathNot: to },
});

/** A package that only one folder may know. */
const behindPort = (name, comment, packages, folder) => ({
  name,
  comment,
  severity: "error",
  from: { pathNot: [folder, tests, "^test/"] },
  to: { path: `node_modules/(${packages})(/|$)` },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    arrow("schemas-import-nothing", "schemas/ is what others rely on: it imports nothing of ours.", "^schemas/", "^schemas/"),
    arrow(
      "operators-import-schemas",
      "operators/ must stay true if Kafka were replaced: it imports schemas/ only.",
      "^operators/",
      "^(operators|schemas)/",
    ),
    arrow(
      "pipelines-import-operators",
      "A pipeline is names and wiring: it imports operators/ and schemas/ only.",
      "^pipelines/",
      "^(pipelines|operators|schemas)/",
    ),
    arrow(
      "infra-imports-schemas-and-stream",
      "infra/ imports schemas/ and the vocabulary in operators/stream/; scripts/ hands it the list of pipelines.",
      "^infra/",
      "^(infra|schemas|operators/stream)/",
    ),
    {
      name: "conformance-is-for-tests",
      comment: "operators/conformance/ drives stages in tests: no program imports it.",
      severity: "error",
      from: { pathNot: [tests, "^operators/conformance/", "^test/"] },
      to: { path: "^operators/conformance/" },
    },
    {
      name: "tests-are-imported-by-tests",
      comment: "What lies in test/ or ends in .test.ts is not part of the program.",
      severity: "error",
      from: { pathNot: [tests, "^test/", "^vitest\\.config\\.ts$"] },
      to: { path: ["^test/", tests] },
    },
    {
      name: "operators-are-pure",
      comment: "operators/ does no I/O: no files, sockets, processes, timers or threads.",
      severity: "error",
      from: { path: "^(operators|pipelines)/", pathNot: tests },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|buffer|assert|util)$" },
    },
    behindPort(
      "kafkajs-behind-its-port",
      "Ask infra/kafka/port.ts: kafkajs is imported nowhere else, but where it is itself the yardstick.",
      "kafkajs",
      "^(infra/kafka/|scripts/bench/)",
    ),
    behindPort(
      "registry-client-behind-its-port",
      "Ask infra/registry/record-codec.ts: the registry's client is imported nowhere else.",
      "@kafkajs/confluent-schema-registry",
      "^infra/registry/",
    ),
    behindPort(
      "clickhouse-behind-its-port",
      "Ask infra/clickhouse/: its client is imported nowhere else.",
      "@clickhouse/[^/]+",
      "^infra/clickhouse/",
    ),
    {
      name: "program-needs-dependencies",
      comment: "What an installed package imports must stand in dependencies, not in devDependencies.",
      severity: "error",
      from: {
        path: "^(schemas|operators|pipelines|infra|scripts|index\\.ts)",
        pathNot: [tests, "^operators/conformance/", "^scripts/(tests|tidy|package)/", "^scripts/run-tests\\.ts$"],
      },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "npm-optional", "type-only"] },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one concept or three: move what both need into a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|\\.gatewatch)/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".cjs", ".json"],
    },
  },
};
