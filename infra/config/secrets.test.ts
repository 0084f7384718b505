// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how the configuration names secrets.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { reveal } from "./secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "gatewatch-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "unix"), "hush\n");
writeFileSync(join(folder, "windows"), "hush\r\n");
writeFileSync(join(folder, "inner"), "two\nlines\n\n");
const environment = { USER_NAME: "gw", EMPTY: "" };
const shown = (text: string) => reveal(text, { environment, folder });

describe("secrets by reference", () => {
  it("come from the environment and from files, several in one text", () => {
    expect(shown("${env:USER_NAME}:${file:unix}@host")).toEqual({ value: "gw:hush@host", fault: undefined });
  });

  it("lose the one line feed that editors put at a file's end, and no other", () => {
    expect([shown("${file:windows}").value, shown("${file:inner}").value]).toEqual(["hush", "two\nlines\n"]);
  });

  it("may be empty, which is not the same as missing", () => {
    expect(shown("${env:EMPTY}")).toEqual({ value: "", fault: undefined });
    expect(shown("${env:NOBODY}").fault).toBe("the environment has no NOBODY");
    expect(shown("${file:nothing}").fault).toBe("nothing cannot be read (ENOENT)");
  });

  it("are told by the first that is missing", () => {
    expect(shown("${env:ONE}${env:TWO}").fault).toBe("the environment has no ONE");
  });

  it("leave alone what only looks like one", () => {
    for (const text of ["$env:USER_NAME", "${USER_NAME}", "${env:}", "{env:USER_NAME}"])
      expect(shown(text)).toEqual({ value: text, fault: undefined });
  });

  it("are not looked for in what they brought", () => {
    writeFileSync(join(folder, "nested"), "${env:USER_NAME}");
    expect(shown("${file:nested}").value).toBe("${env:USER_NAME}");
  });
});
