import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { FileFollower } from "./file-follower.ts";

/** What may happen to a log between two looks, or to who looks. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), lines: fc.integer({ min: 1, max: 5 }), cut: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ kind: "look" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("rotate" as const), compresses: fc.boolean() }) },
);

/** A log that a program writes and a rotation moves or copies away, and a follower that looks now and then. */
class Scene {
  readonly dir = mkdtempSync(join(tmpdir(), "gatewatch-follow-"));
  readonly log = join(this.dir, "access.log");
  readonly written: string[] = [];
  readonly read: string[] = [];
  readonly places = new Set<string>();
  readonly said: string[] = [];
  hasCompressed = false;
  /** Rotated files as they are, and how many lines had been written by their end. */
  #rotated: { readonly path: string; readonly lines: number }[] = [];
  #rotations = 0;
  /** The rest of a line of which only the beginning is in the file. */
  #rest = "";
  #follower: FileFollower | undefined;

  write(count: number, cut: boolean): void {
    for (let i = 0; i < count; i += 1) this.written.push(`line ${this.written.length} ${"x".repeat(this.written.length % 7)}`);
    const text = `${this.#rest}${this.written.slice(-count).join("\n")}\n`;
    const kept = cut ? text.length - 3 : text.length;
    appendFileSync(this.log, text.slice(0, kept));
    this.#rest = text.slice(kept);
  }

  /** A program that is told to open its log anew ends its line first. */
  rotate(how: "rename" | "copy"): void {
    appendFileSync(this.log, this.#rest);
    this.#rest = "";
    this.#rotations += 1;
    const to = `${this.log}.${1_000 - this.#rotations}`;
    if (how === "rename") renameSync(this.log, to);
    else {
      copyFileSync(this.log, to);
      truncateSync(this.log, 0);
    }
    this.#rotated.push({ path: to, lines: this.written.length });
  }

  /** As `delaycompress` has it: all but the newest, here only what has been read. */
  compress(): void {
    for (const { path } of this.#rotated.slice(0, -1).filter(({ lines }) => lines <= this.read.length)) {
      const { atime, mtime } = statSync(path);
      writeFileSync(`${path}.gz`, "");
      utimesSync(`${path}.gz`, atime, mtime);
      rmSync(path);
      this.#rotated = this.#rotated.filter((one) => one.path !== path);
      this.hasCompressed = true;
    }
  }

  async look(): Promise<void> {
    this.#follower ??= await this.#open();
    for await (const { lines, identity, settle } of this.#follower.lines()) {
      for (const { bytes, offset } of lines) {
        this.read.push(String(bytes));
        this.places.add(`${identity}/${offset}`);
      }
      settle();
    }
    await this.#follower.save();
  }

  async restart(): Promise<void> {
    await this.#follower?.close();
    this.#follower = undefined;
  }

  async #open(): Promise<FileFollower> {
    const options = { path: this.log, stateDir: join(this.dir, "state"), from: "beginning", rotateWaitMs: 0 } as const;
    const follower = new FileFollower({ ...options, say: (line) => this.said.push(line) });
    await follower.open();
    return follower;
  }
}

it.for(["rename", "copy"] as const)("reads every line once and in order whatever happens when, rotation by %s", async (how) => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
      const scene = new Scene();
      try {
        scene.write(1, false);
        // A file that nobody has ever looked at leaves no position to begin from.
        await scene.look();
        for (const one of happenings) {
          if (one.kind === "write") scene.write(one.lines, one.cut);
          else if (one.kind === "look") await scene.look();
          else if (one.kind === "restart") await scene.restart();
          else scene.rotate(how);
          if (one.kind === "rotate" && one.compresses) scene.compress();
          // Times of files tell their order; a disk that counts in milliseconds needs one between.
          await new Promise((resolve) => setTimeout(resolve, 2));
          if (one.kind === "rotate") scene.write(1, false);
        }
        scene.write(1, false);
        await scene.look();
        await scene.look();
        expect(scene.read).toEqual(scene.written);
        expect(scene.places.size).toBe(scene.written.length);
        // Of a file that is gone nobody can say whether it had been read to its end.
        if (!scene.hasCompressed) expect(scene.said).toEqual([]);
      } finally {
        await scene.restart();
        rmSync(scene.dir, { recursive: true, force: true });
      }
    }),
    { numRuns: 150 },
  );
});

it.for([false, true])("says which files were compressed before they were read (restarted: %s), and reads the others", async (restarts) => {
  const scene = new Scene();
  const later = (path: string, s: number) => utimesSync(path, s, s);
  try {
    scene.write(1, false);
    later(scene.log, 1_000);
    await scene.look();
    if (restarts) await scene.restart();
    rmSync(scene.log);
    writeFileSync(`${scene.log}.3.gz`, "the one that was read");
    later(`${scene.log}.3.gz`, 1_000);
    writeFileSync(`${scene.log}.2.gz`, "never seen");
    later(`${scene.log}.2.gz`, 2_000);
    scene.write(2, false);
    later(scene.log, 3_000);
    renameSync(scene.log, `${scene.log}.1`);
    scene.write(1, false);
    await scene.look();
    expect(scene.read).toEqual(scene.written);
    expect(scene.said.filter((line) => line.includes(".gz"))).toEqual([
      `${scene.log}: ${scene.log}.2.gz was compressed and may hold lines that were not read`,
    ]);
  } finally {
    await scene.restart();
    rmSync(scene.dir, { recursive: true, force: true });
  }
});
