import { expect, it } from "vitest";
import { Ending } from "./ending.ts";

it("ends in reverse, each once, and does not stop at one that fails", async () => {
  const done: string[] = [];
  const ending = new Ending((sentence) => done.push(sentence));
  ending.later("first", () => void done.push("first"));
  ending.later("second", () => Promise.reject(new Error("stuck")));
  ending.later("third", async () => void done.push("third"));
  await ending.run();
  await ending.run();
  expect(done).toEqual(["third", "ending second: stuck", "first"]);
});
