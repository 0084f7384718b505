import { createReadStream, createWriteStream, realpathSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Fault } from "../../schemas/faults/fault.ts";
import type { Io } from "./io.ts";
import { LineWriter } from "./line-writer.ts";

const pieceBytes = 1 << 18;

/** The bytes of `--in FILE`, or of stdin where there is none or it is `-`. Throws GW_USAGE where the file cannot be read. */
export async function input(file: string | undefined, io: Io): Promise<AsyncIterable<Buffer>> {
  if (file === undefined || file === "-") {
    if (io.inputIsTerminal) io.note("Reading from the terminal; end with Ctrl-D.");
    return io.input;
  }
  try {
    // Opened before anything else happens, so that a wrong name is the first thing said.
    const handle = await open(file, "r");
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw new Fault("GW_USAGE", `${file} is a folder, not a file`);
    }
    return createReadStream(file, { fd: handle, highWaterMark: pieceBytes });
  } catch (error) {
    throw error instanceof Fault ? error : unusable(file, "read", error);
  }
}

/** Where lines of data go. */
export interface Output {
  line(text: string): void;
  /** Resolves as soon as more is taken. */
  room(): Promise<void>;
  /** Everything is written. */
  end(): Promise<void>;
}

/** `--out FILE`, or stdout where there is none or it is `-`. Throws GW_USAGE where the file cannot be written, or is the input. */
export async function output(file: string | undefined, io: Io, inputFile: string | undefined): Promise<Output> {
  if (file === undefined || file === "-") return { line: (text) => io.out(text), room: () => io.room(), end: () => io.room() };
  if (inputFile !== undefined && (await sameFile(file, inputFile)))
    throw new Fault("GW_USAGE", `${file} is the input as well: it would be emptied before it is read`);
  try {
    const handle = await open(file, "w");
    const stream = createWriteStream(file, { fd: handle });
    const writer = new LineWriter(stream);
    return {
      line: (text) => writer.line(text),
      room: () => writer.room(),
      async end() {
        await writer.flushed();
        await new Promise<void>((resolve) => stream.end(() => resolve()));
      },
    };
  } catch (error) {
    throw unusable(file, "written", error);
  }
}

/** By what the names lead to; a device is never the same, since nothing in it is emptied. */
async function sameFile(one: string, other: string): Promise<boolean> {
  try {
    return realpathSync(one) === realpathSync(other) && (await stat(one)).isFile();
  } catch {
    return false;
  }
}

const unusable = (file: string, how: string, error: unknown): Fault =>
  new Fault("GW_USAGE", `${file} cannot be ${how} (${(error as NodeJS.ErrnoException).code ?? String(error)})`, { file }, error);
