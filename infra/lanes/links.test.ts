import { describe, expect, it } from "vitest";
import { Turns } from "./links.ts";

/** A job that runs until it is let go, and says when it began. */
function job(name: string, begun: string[]) {
  const gate = Promise.withResolvers<string>();
  const run = () => {
    begun.push(name);
    return gate.promise;
  };
  return { run, end: () => gate.resolve(name), fail: () => gate.reject(new Error(name)) };
}
const settled = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

describe("turns", () => {
  it("lets so many run at once, and the others in the order they asked", async () => {
    const begun: string[] = [];
    const turns = new Turns(2);
    const jobs = ["a", "b", "c", "d"].map((name) => job(name, begun));
    const done = jobs.map(({ run }) => turns.take(run));
    await settled();
    expect(begun).toEqual(["a", "b"]);
    jobs[1]?.end();
    await settled();
    expect(begun).toEqual(["a", "b", "c"]);
    for (const one of jobs) one.end();
    expect(await Promise.all(done)).toEqual(["a", "b", "c", "d"]);
  });

  it("gives the turn on where a job fails, and its failure to whoever asked", async () => {
    const begun: string[] = [];
    const turns = new Turns(1);
    const [first, second] = [job("first", begun), job("second", begun)];
    const failed = turns.take(first.run);
    const after = turns.take(second.run);
    first.fail();
    await expect(failed).rejects.toThrow("first");
    second.end();
    expect(await after).toBe("second");
  });

  it("has all its turns again once everything is done, however many came", async () => {
    const turns = new Turns(3);
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await settled();
      running -= 1;
    };
    for (let round = 0; round < 3; round += 1) {
      most = 0;
      await Promise.all(Array.from({ length: 20 }, () => turns.take(work)));
      expect(most).toBe(3);
    }
  });
});
