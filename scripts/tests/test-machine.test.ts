import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { findNginx, lookAtTestMachine } from "./test-machine.ts";

const dir = mkdtempSync(join(tmpdir(), "gatewatch-machine-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("the machine as the tests see it", () => {
  it("has public data where the environment says that they are", async () => {
    vi.stubEnv("GATEWATCH_SHARED_DATA", dir);
    expect((await lookAtTestMachine()).data).toMatchObject({ found: true, detail: expect.stringContaining(dir) });
  });

  it("lacks what is not there, and says what is skipped for it", async () => {
    vi.stubEnv("PATH", dir);
    vi.stubEnv("GATEWATCH_SHARED_DATA", join(dir, "none"));
    const { python, data, nginx } = await lookAtTestMachine();
    expect([python.found, data.found]).toEqual([false, false]);
    expect(data.detail).toMatch(/there is no .*none.*skipped/);
    // Wherever it is found outside of PATH, it is one that answers.
    expect(nginx.found).toBe(findNginx() !== undefined);
  });
});
