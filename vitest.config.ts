import { defineConfig, type TestProjectInlineConfiguration, type TestUserConfig } from "vitest/config";

/** A process a file: what a file leaves behind ends with it. */
const always: TestUserConfig = {
  environment: "node",
  pool: "forks",
  execArgv: ["--disable-warning=TimeoutNegativeWarning"],
  unstubEnvs: true,
  restoreMocks: true,
};

/** Files run so many at once; projects of one `order` run side by side, the next order after them. */
function project(name: string, include: string[], { workers, order }: { workers: number; order: number }): TestProjectInlineConfiguration {
  const sequence = { hooks: "stack", groupOrder: order } as const;
  return { test: { ...always, name, include, maxWorkers: workers, sequence, testTimeout: 60_000, hookTimeout: 120_000 } };
}

/**
 * `unit` stands beside its files and needs no broker. Of `test/`, what no other process disturbs runs two at a time (`together`), then
 * what mostly waits for parts, restarts and time-outs of its own (`waiting`); what starts whole stacks or is held to times runs alone.
 */
export default defineConfig({
  test: {
    globalSetup: ["test/parts/global-setup.ts"],
    projects: [
      project("unit", ["{schemas,operators,pipelines,infra,scripts}/**/*.test.ts"], { workers: 2, order: 0 }),
      project("together", ["test/{docs,house,package,pipelines,registry,schemas}/**/*.test.ts"], { workers: 2, order: 0 }),
      project("waiting", ["test/{fault,ingest,lanes,local-stack,sinks}/**/*.test.ts"], { workers: 2, order: 1 }),
      project("alone", ["test/!(docs|fault|house|ingest|lanes|local-stack|package|pipelines|registry|schemas|sinks)/**/*.test.ts"], {
        workers: 1,
        order: 2,
      }),
    ],
  },
});
