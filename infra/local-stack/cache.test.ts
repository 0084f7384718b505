import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cached, fillCache } from "./cache.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-cache-"));
  vi.stubEnv("GATEWATCH_CACHE", join(dir, "cache"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("fillCache", () => {
  it("fills a folder once, also for two that ask at the same time", async () => {
    const fills: string[] = [];
    const fill = async (own: string) => {
      fills.push(own);
      expect(existsSync(cached("a"))).toBe(false);
      writeFileSync(join(own, "content"), "");
    };
    expect(await Promise.all([fillCache("a", fill), fillCache("a", fill)])).toEqual([cached("a"), cached("a")]);
    expect(readdirSync(cached("."))).toEqual(["a"]);
    expect(readdirSync(cached("a"))).toEqual(["content"]);
    await fillCache("a", () => Promise.reject(new Error("it is there")));
    expect(fills).toHaveLength(2);
  });

  it("leaves nothing of a fill that failed, and says what is wrong", async () => {
    const full = async (own: string) => {
      writeFileSync(join(own, "half"), "");
      throw new Error("ENOSPC: no space left on device");
    };
    await expect(fillCache("a", full)).rejects.toMatchObject({ code: "GW_DISK_FULL", message: expect.stringContaining(cached("a")) });
    expect(readdirSync(cached("."))).toEqual([]);
  });
});
