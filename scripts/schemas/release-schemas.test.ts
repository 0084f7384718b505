import { describe, expect, it } from "vitest";
import { checkCompatible } from "../../schemas/compatibility.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { released } from "./release-schemas.ts";

const withSchema = Object.values(topics).filter((topic: AnyTopic) => topic.schema !== null) as AnyTopic[];

describe.for(withSchema)("$name", ({ name, schema }) => {
  it("has been released, and reads every version that was", () => {
    const versions = released(name);
    expect(versions.length).toBeGreaterThan(0);
    for (const [i, version] of versions.entries())
      expect({ version: i + 1, faults: checkCompatible(version, schema as object) }).toEqual({ version: i + 1, faults: [] });
  });
});
