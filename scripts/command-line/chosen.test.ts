import { describe, expect, it } from "vitest";
import { catalogueTopic } from "./catalogue-topic.ts";
import { chosenPipelines } from "./chosen-pipelines.ts";
import { topicsWithSchema } from "./registered-topics.ts";

const all = [{ name: "router-windows" }, { name: "experts" }, { name: "metrics" }];
const usage = (message: RegExp) => expect.objectContaining({ code: "GW_USAGE", message: expect.stringMatching(message) });

describe("pipelines by name", () => {
  it("are all of them where none is named", () => expect(chosenPipelines(undefined, all)).toBe(all));

  it("come each once, in the order they were named: what one writes the next reads", () => {
    expect(chosenPipelines(" metrics,router-windows, metrics,", all).map(({ name }) => name)).toEqual(["metrics", "router-windows"]);
  });

  it("are refused where there is none of the name, with the nearest or with all", () => {
    expect(() => chosenPipelines("router_windows", all)).toThrow(usage(/did you mean router-windows\?/));
    expect(() => chosenPipelines("zzzzzzzz", all)).toThrow(usage(/there are router-windows, experts, metrics/));
    expect(() => chosenPipelines(" , ", all)).toThrow(usage(/no pipeline is named/));
  });
});

describe("topics by name", () => {
  it("are those of the catalogue", () => expect(catalogueTopic("moe.router").name).toBe("moe.router"));

  it("are refused with the nearest name, also where one exists that will not do", () => {
    expect(() => catalogueTopic("moe.ruoter")).toThrow(usage(/did you mean moe\.router\?/));
    expect(() => catalogueTopic("moe.router", ({ role }) => role === "output")).toThrow(usage(/there is no topic moe\.router for this/));
  });

  it("have a schema, all but the dead letters", () => {
    const names = topicsWithSchema([]).map(({ name }) => name);
    expect(names).not.toContain("gatewatch.dlq");
    expect(names.length).toBeGreaterThan(10);
    expect(topicsWithSchema(["moe.load"]).map(({ name }) => name)).toEqual(["moe.load"]);
    expect(() => topicsWithSchema(["gatewatch.dlq"])).toThrow(usage(/no topic gatewatch\.dlq for this/));
  });
});
