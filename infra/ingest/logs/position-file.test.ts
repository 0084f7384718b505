import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PositionFile, type TailPosition } from "./position-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-position-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = { inode: "1:2", identity: "f", fingerprint: { bytes: 9, sha256: "ab" }, offset: 77, changedMs: 1.5 };
const position = (offset: number): TailPosition => ({ path: "/log", origin: "here", generation: 1, files: [{ ...file, offset }] });

it("gives back what was written last, in a folder that it makes, for its owner alone", async () => {
  const state = join(dir, "a", "b");
  const positions = new PositionFile(state, "/var/log/access.log");
  expect(await positions.read()).toMatchObject({ path: "/var/log/access.log", generation: 0, files: [] });
  await positions.write(position(77));
  await positions.write(position(78));
  expect(await new PositionFile(state, "/var/log/access.log").read()).toMatchObject(position(78));
  const [name = ""] = readdirSync(state);
  expect(readdirSync(state)).toHaveLength(1);
  expect(statSync(join(state, name)).mode & 0o077).toBe(0);
});

it("keeps files of one name in two folders apart", async () => {
  await new PositionFile(dir, "/a/access.log").write(position(1));
  await new PositionFile(dir, "/b/access.log").write(position(2));
  expect((await new PositionFile(dir, "/a/access.log").read()).files[0]?.offset).toBe(1);
});

it("keeps the old position where a new one was cut short by a crash", async () => {
  const positions = new PositionFile(dir, "/log");
  await positions.write(position(1));
  const [name = ""] = readdirSync(dir);
  writeFileSync(join(dir, `${name}.new`), '{"version":1,"pa');
  expect((await positions.read()).files[0]?.offset).toBe(1);
  await positions.write(position(2));
  expect((await positions.read()).files[0]?.offset).toBe(2);
});

it.for(["", "nonsense", "{}", '{"version":2}', '{"version":1,"path":"/log","origin":"x","generation":0,"files":[{"offset":-1}]}'])(
  "refuses %j and says which file to remove",
  async (text) => {
    const positions = new PositionFile(dir, "/log");
    await positions.write(position(1));
    const [name = ""] = readdirSync(dir);
    writeFileSync(join(dir, name), text);
    await expect(positions.read()).rejects.toMatchObject({ code: "GW_CONFIG_INVALID", message: expect.stringContaining(join(dir, name)) });
  },
);
