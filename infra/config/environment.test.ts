import { describe, expect, it } from "vitest";
import { pipelines } from "../../pipelines/index.ts";
import { environmentKeys } from "./environment.ts";
import { leavesOf } from "./schema-walk.ts";
import { settingsSchema } from "./settings.ts";
import { fromEnvironment } from "./sources.ts";

const leaves = leavesOf(settingsSchema(pipelines));

describe("environment variables", () => {
  it.for(Object.entries(environmentKeys))("%s sets a key that there is: %s", ([, key]) => {
    expect(leaves.map((leaf) => leaf.key)).toContain(key);
  });

  it("set each key once: of two names nobody would know which wins", () => {
    expect(new Set(Object.values(environmentKeys)).size).toBe(Object.keys(environmentKeys).length);
  });

  it("can carry every secret, which has no place on a command line", () => {
    const secrets = leaves.map(({ key }) => key).filter((key) => /password$/i.test(key));
    expect(secrets.length).toBeGreaterThan(2);
    expect(Object.values(environmentKeys)).toEqual(expect.arrayContaining(secrets));
  });

  it("set nothing where they are empty, as compose files leave them", () => {
    const said = fromEnvironment({ KAFKA_BROKERS: "", KAFKA_SSL: "true", PATH: "/bin" }, leaves);
    expect(said.entries).toEqual([{ key: "kafka.ssl", value: true, source: "environment KAFKA_SSL" }]);
  });
});
