import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { LineWriter } from "./line-writer.ts";

describe("line writer", () => {
  it("writes lines in order, and all of them by the time it is flushed", async () => {
    const stream = new PassThrough({ highWaterMark: 1 << 22 });
    const writer = new LineWriter(stream);
    const texts = Array.from({ length: 30_000 }, (_, i) => `line ${i}`);
    for (const text of texts) writer.line(text);
    await writer.flushed();
    expect(String(stream.read())).toBe(`${texts.join("\n")}\n`);
  });

  it("lets a line go with the next turn of the loop", async () => {
    const stream = new PassThrough();
    new LineWriter(stream).line("now");
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(String(stream.read())).toBe("now\n");
  });

  it("has no room while the stream is full", async () => {
    const held: (() => void)[] = [];
    const stream = new Writable({ highWaterMark: 10, write: (_, __, done) => void held.push(done) });
    const writer = new LineWriter(stream);
    writer.line("x".repeat(70_000));
    let room = false;
    const waiting = writer.room().then(() => {
      room = true;
    });
    await new Promise(setImmediate);
    expect(room).toBe(false);
    held.shift()?.();
    await waiting;
  });

  it("has room once the stream has drained, also where nobody was waiting then", async () => {
    const held: (() => void)[] = [];
    const stream = new Writable({ highWaterMark: 10, write: (_, __, done) => void held.push(done) });
    const writer = new LineWriter(stream);
    writer.line("x".repeat(70_000));
    held.shift()?.();
    await new Promise(setImmediate);
    await writer.room();
    expect(held).toEqual([]);
  });

  it("takes a reader that has gone for the end, and drops what comes after", async () => {
    const stream = new Writable({ write: (_, __, done) => done(Object.assign(new Error("gone"), { code: "EPIPE" })) });
    const writer = new LineWriter(stream);
    writer.line("a");
    await writer.flushed();
    await new Promise(setImmediate);
    expect(writer.closed.aborted).toBe(true);
    writer.line("b");
    await writer.room();
    await writer.flushed();
  });

  it("throws what else the stream fails with", async () => {
    const stream = new Writable({ write: (_, __, done) => done(Object.assign(new Error("disk full"), { code: "ENOSPC" })) });
    const writer = new LineWriter(stream);
    writer.line("x".repeat(70_000));
    await new Promise(setImmediate);
    await expect(writer.room()).rejects.toThrow("disk full");
  });
});
