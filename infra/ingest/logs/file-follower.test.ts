import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync } from "node:fs";
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
  { weight: 2, arbitrary: fc.constant({ kind: "rotate" as const }) },
);

/** A log that a program writes and a rotation moves or copies away, and a follower that looks now and then. */
class Scene {
  readonly dir = mkdtempSync(join(tmpdir(), "gatewatch-follow-"));
  readonly log = join(this.dir, "access.log");
  readonly written: string[] = [];
  readonly read: string[] = [];
  readonly places = new Set<string>();
  readonly said: string[] = [];
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
          // Times of files tell their order; a disk that counts in milliseconds needs one between.
          await new Promise((resolve) => setTimeout(resolve, 2));
          if (one.kind === "rotate") scene.write(1, false);
        }
        scene.write(1, false);
        await scene.look();
        await scene.look();
        expect(scene.read).toEqual(scene.written);
        expect(scene.places.size).toBe(scene.written.length);
        expect(scene.said).toEqual([]);
      } finally {
        await scene.restart();
        rmSync(scene.dir, { recursive: true, force: true });
      }
    }),
    { numRuns: 150 },
  );
});
