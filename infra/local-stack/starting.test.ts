import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Part } from "./part.ts";
import { Starting } from "./starting.ts";

const events: string[] = [];
const part = (name: string): Part => ({ name, address: "", detail: "", stop: async () => void events.push(`${name} stopped`) });
const starting = () => {
  events.length = 0;
  return new Starting(({ name }) => events.push(`${name} ready`));
};

describe("Starting", () => {
  it("announces parts as they become ready and stops them in reverse", async () => {
    const parts = starting();
    await parts.all(parts.part(pause(20).then(() => part("slow"))), parts.part(Promise.resolve(part("quick"))));
    await parts.stop();
    await parts.stop();
    expect(events).toEqual(["quick ready", "slow ready", "slow stopped", "quick stopped"]);
  });

  it("waits for what still starts before it tells of a failure, so that nothing is forgotten", async () => {
    const parts = starting();
    const failing = parts.part(Promise.reject<Part>(new Error("no port")));
    await expect(parts.all(failing, parts.part(pause(20).then(() => part("late"))))).rejects.toThrow("no port");
    await parts.stop();
    expect(events).toEqual(["late ready", "late stopped"]);
  });
});
