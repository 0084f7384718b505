import { describe, expect, it } from "vitest";
import { inGroup } from "./group.ts";
import { topics } from "./index.ts";

describe("a topic in a group", () => {
  it("is the group's own where it lies between parts of a pipeline, for the default group as it is declared", () => {
    expect(inGroup("trial", "gatewatch.internal.audit.events")).toBe("trial.internal.audit.events");
    expect(inGroup("gatewatch", "gatewatch.internal.audit.events")).toBe("gatewatch.internal.audit.events");
  });

  it.each(Object.values(topics))("is everybody's where it is in the catalogue: $name", ({ name }) => {
    expect(inGroup("trial", name)).toBe(name);
  });
});
