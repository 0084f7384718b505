import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { findData, findNginx, lookAtTestMachine } from "./test-machine.ts";

const dir = mkdtempSync(join(tmpdir(), "gatewatch-machine-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("the machine as the tests see it", () => {
  it("has public data where a folder of that name is", () => {
    expect(findData({ GATEWATCH_SHARED_DATA: dir })).toBe(dir);
    expect(findData({ GATEWATCH_SHARED_DATA: join(dir, "none") })).toBeUndefined();
  });

  it("lacks what is not there, and says what is skipped for it", async () => {
    vi.stubEnv("PATH", dir);
    vi.stubEnv("GATEWATCH_SHARED_DATA", join(dir, "none"));
    const { python, data, nginx } = await lookAtTestMachine();
    expect([python.found, data.found]).toEqual([false, false]);
    expect(data.detail).toMatch(/none is not there.*skipped/);
    // Wherever it is found outside of PATH, it is one that answers.
    expect(nginx.found).toBe(findNginx() !== undefined);
  });
});
