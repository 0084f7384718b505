import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { browserSaid, findBrowser } from "./browser.ts";

const dir = mkdtempSync(join(tmpdir(), "gatewatch-browser-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const program = (folder: string, name: string, mode = 0o755): string => {
  mkdirSync(join(dir, folder), { recursive: true });
  const file = join(dir, folder, name);
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, mode);
  return file;
};

describe("the browser for tests", () => {
  it("is the first usual name that can be run, wherever in PATH", () => {
    program("a", "chromium", 0o644);
    program("a", "google-chrome");
    const wanted = program("b", "chromium-browser");
    expect(findBrowser({ PATH: `${dir}/a:${dir}/b:${dir}/none` })).toBe(wanted);
  });

  it("is the one that is named, and no other", () => {
    const own = program("c", "my-browser");
    const PATH = `${dir}/a:${dir}/b`;
    expect(findBrowser({ PATH, GATEWATCH_CHROMIUM: own })).toBe(own);
    expect(findBrowser({ PATH, GATEWATCH_CHROMIUM: join(dir, "none") })).toBeUndefined();
  });

  it("is said to be missing, with what would help", () => {
    expect(findBrowser({ PATH: "" })).toBeUndefined();
    expect(browserSaid(undefined)).toContain("GATEWATCH_CHROMIUM");
    expect(browserSaid("/usr/bin/chromium")).toBe("/usr/bin/chromium");
  });
});
