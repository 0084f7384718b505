import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { StateFile } from "./state-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-state-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const stateAt = (path: string) => new StateFile(path, z.object({ n: z.int() }), { name: "count", removed: "count anew" });

it("is nothing before the first write, then what was written last, and leaves no second file", async () => {
  const path = join(dir, "a", "state.json");
  const state = stateAt(path);
  expect(await state.read()).toBeUndefined();
  await state.write({ n: 1 });
  await state.write({ n: 2 });
  expect(await stateAt(path).read()).toEqual({ n: 2 });
  expect(readdirSync(join(dir, "a"))).toEqual(["state.json"]);
});

it.for(["", "{", '{"n":1.5}', "null"])("refuses %j and says which file to remove, and what for", async (text) => {
  const path = join(dir, "state.json");
  writeFileSync(path, text);
  const message = `${path} is no count; remove it to count anew`;
  await expect(stateAt(path).read()).rejects.toMatchObject({ code: "GW_CONFIG_INVALID", message });
});

it("does not take a file that cannot be read for one that is not there", async () => {
  await expect(stateAt(dir).read()).rejects.toMatchObject({ code: "EISDIR" });
});
