import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { notThere } from "./not-there.ts";

it("takes a path that leads nowhere for nothing, and nothing else", async () => {
  expect(await readdir("/nowhere/at/all").catch(notThere)).toBeUndefined();
  expect(await readdir(import.meta.filename).catch(notThere)).toBeUndefined();
  await expect(readdir("a\0b").catch(notThere)).rejects.toThrow(/null bytes/);
});
