import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { input, output } from "./files.ts";
import type { Io } from "./io.ts";

const folder = mkdtempSync(join(tmpdir(), "gatewatch-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

function standing(text = "") {
  const out: string[] = [];
  const notes: string[] = [];
  const io: Io = {
    input: Readable.from([Buffer.from(text)]),
    inputIsTerminal: text === "",
    outIsTerminal: false,
    outClosed: new AbortController().signal,
    out: (line) => out.push(line),
    note: (line) => notes.push(line),
    room: async () => undefined,
    progress: () => undefined,
  };
  return { io, out, notes };
}
async function whole(bytes: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

describe("what a command reads", () => {
  it("is its file, however large", async () => {
    const text = "a line\n".repeat(200_000);
    writeFileSync(file("large"), text);
    expect(await whole(await input(file("large"), standing().io))).toBe(text);
  });

  it.for([undefined, "-"])("is stdin where the file is %j", async (name) => {
    expect(await whole(await input(name, standing("from stdin").io))).toBe("from stdin");
  });

  it("is waited for with a word where a person types it", async () => {
    const { io, notes } = standing();
    await input(undefined, io);
    expect(notes).toEqual(["Reading from the terminal; end with Ctrl-D."]);
  });

  it("is refused before anything else where it is not there, or is a folder", async () => {
    await expect(input(file("nothing"), standing().io)).rejects.toMatchObject({
      code: "GW_USAGE",
      message: expect.stringContaining("ENOENT"),
    });
    await expect(input(folder, standing().io)).rejects.toMatchObject({ code: "GW_USAGE", message: expect.stringContaining("is a folder") });
  });
});

describe("what a command writes", () => {
  it("is in its file, whole, once it has ended", async () => {
    const out = await output(file("out"), standing().io, undefined);
    for (let i = 0; i < 50_000; i += 1) {
      out.line(`line ${i}`);
      await out.room();
    }
    await out.end();
    const lines = readFileSync(file("out"), "utf8").split("\n");
    expect([lines.length, lines[0], lines[49_999], lines[50_000]]).toEqual([50_001, "line 0", "line 49999", ""]);
  });

  it.for([undefined, "-"])("goes to stdout where the file is %j", async (name) => {
    const { io, out } = standing();
    const to = await output(name, io, undefined);
    to.line("data");
    expect(out).toEqual(["data"]);
  });

  it("never empties its own input, by whatever name", async () => {
    writeFileSync(file("both"), "precious");
    symlinkSync(file("both"), file("link"));
    for (const name of ["both", "link"]) {
      await expect(output(file(name), standing().io, file("both"))).rejects.toMatchObject({ code: "GW_USAGE" });
    }
    expect(readFileSync(file("both"), "utf8")).toBe("precious");
  });

  it("may go to a device that is the input as well", async () => {
    const out = await output("/dev/null", standing().io, "/dev/null");
    out.line("data");
    await out.end();
  });

  it("is refused where the file cannot be made", async () => {
    await expect(output(file("no/such/folder"), standing().io, undefined)).rejects.toMatchObject({ code: "GW_USAGE" });
  });
});
