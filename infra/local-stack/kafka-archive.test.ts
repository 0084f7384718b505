import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startArchive } from "./kafka-archive.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gatewatch-archive-"));
  mkdirSync(join(home, "jars"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const begin = () => startArchive(join(home, "jars"), "17.0.1");
/** What Java does with the flag when it ends. */
const write = (flags: readonly string[], text: string): void =>
  writeFileSync(flags.join("").replace("-XX:ArchiveClassesAtExit=", ""), text);
const file = (): string => join(home, "classes-17.0.1.jsa");

describe("startArchive", () => {
  it("keeps what the first process wrote that ended in order, and gives it to later ones", () => {
    const [one, other] = [begin(), begin()];
    write(one.flags, "one");
    write(other.flags, "other");
    one.settle({ code: 143, signal: null });
    other.settle({ code: 143, signal: null });
    expect([readFileSync(file(), "utf8"), readdirSync(home).sort()]).toEqual(["one", ["classes-17.0.1.jsa", "jars"]]);
    expect(begin()).toMatchObject({ flags: [`-XX:SharedArchiveFile=${file()}`], written: false });
  });

  it("throws away what a killed process had begun to write", () => {
    const { flags, settle, written } = begin();
    expect(written).toBe(true);
    write(flags, "half");
    settle({ code: null, signal: "SIGKILL" });
    expect([existsSync(file()), readdirSync(home)]).toEqual([false, ["jars"]]);
  });
});
