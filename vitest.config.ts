import { defineConfig, type TestUserConfig } from "vitest/config";

const always: TestUserConfig = {
  environment: "node",
  pool: "forks",
  execArgv: ["--disable-warning=TimeoutNegativeWarning"],
  unstubEnvs: true,
  restoreMocks: true,
  sequence: { hooks: "stack" },
};

/** Beside their files: quick, no broker, side by side. `test/`: real parts, processes and kills; one file at a time, since timing matters there. */
export default defineConfig({
  test: {
    globalSetup: ["test/parts/global-setup.ts"],
    projects: [
      {
        test: {
          ...always,
          name: "unit",
          include: ["{schemas,operators,pipelines,infra,scripts}/**/*.test.ts"],
          maxWorkers: 2,
          testTimeout: 20_000,
          hookTimeout: 60_000,
          sequence: { ...always.sequence, groupOrder: 0 },
        },
      },
      {
        test: {
          ...always,
          name: "whole",
          include: ["test/**/*.test.ts"],
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { ...always.sequence, groupOrder: 1 },
        },
      },
    ],
  },
});
