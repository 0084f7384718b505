import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestEvent } from "../../../schemas/types/avro.ts";
import { requestDefaults } from "../../../test/pipelines/requests.ts";
import { requestUnits } from "./request-units.ts";

const places = (given: Partial<RequestEvent>) =>
  requestUnits({ ...requestDefaults, ...given }).map(({ kind, name, text }) => [kind, name, text]);
const json = [{ name: "Content-Type", value: "application/json" }];
const form = [{ name: "content-type", value: "application/x-www-form-urlencoded" }];

describe("strings of a request", () => {
  it("are its path and each value of its query", () => {
    expect(places({ path: "/a/b?x=1%202&y=&z" })).toEqual([
      ["path", "", "/a/b"],
      ["query", "x", "1%202"],
      ["query", "y", ""],
    ]);
  });

  it("are names too where those are odd", () => {
    expect(places({ path: "/?a[$ne]=1&__proto__[b]=2" })).toContainEqual(["query name", "a[$ne]", "a[$ne]"]);
    expect(places({ path: "/?a[$ne]=1&__proto__[b]=2" })).toContainEqual(["query name", "__proto__[b]", "__proto__[b]"]);
  });

  it("are cookies one by one, the referer's path and query, the agent once, and headers that say something", () => {
    const headers = [
      { name: "Cookie", value: "a=1; b=<x>" },
      { name: "Referer", value: "https://example.com/p?q=2" },
      { name: "User-Agent", value: "curl/8" },
      { name: "Accept", value: "*/*" },
      { name: "X-Custom", value: "v" },
      { name: "Accept", value: "a{x}" },
    ];
    expect(places({ headers, userAgent: "curl/8" })).toEqual([
      ["user agent", "", "curl/8"],
      ["cookie", "a", "1"],
      ["cookie", "b", "<x>"],
      ["referer", "", "/p"],
      ["referer", "q", "2"],
      ["header", "x-custom", "v"],
      ["header", "accept", "a{x}"],
    ]);
  });

  it("are the fields of a form, of JSON at any depth, of a multipart body, else the body as it is", () => {
    expect(places({ headers: form, body: "a=1+2&b=3" })).toContainEqual(["body", "a", "1+2"]);
    expect(places({ headers: json, body: '{"a":{"b":["x",{"$c":"y"}]}}' })).toEqual([
      ["body", "a.b", "x"],
      ["body name", "$c", "$c"],
      ["body", "a.b.$c", "y"],
    ]);
    const parts = '--B\r\nContent-Disposition: form-data; name="f"; filename="../x.php"\r\n\r\nhello\r\n--B--';
    const headers = [{ name: "content-type", value: "multipart/form-data; boundary=B" }];
    expect(places({ headers, body: parts })).toEqual([
      ["body", "f (file name)", "../x.php"],
      ["body", "f", "hello"],
    ]);
    expect(places({ body: "<a/>" })).toEqual([["body", "", "<a/>"]]);
  });

  it("of a chat request are prompts where a person wrote them, the other fields stay body", () => {
    const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }], user: "u" });
    expect(places({ body })).toEqual([
      ["body", "model", "m"],
      ["prompt", "messages.role", "user"],
      ["prompt", "messages.content", "hello"],
      ["body", "user", "u"],
    ]);
    expect(places({ body, prompt: "hello" }).filter(([kind]) => kind === "prompt")).toEqual([["prompt", "", "hello"]]);
  });

  it("of what may be a request to a model are read both ways, and each of a list by itself", () => {
    expect(places({ body: '{"text":"hello","user":"u"}' })).toEqual([
      ["body", "text", "hello"],
      ["prompt", "text", "hello"],
      ["body", "user", "u"],
    ]);
    expect(places({ body: '[{"messages":[{"content":"a"}]},{"inputs":"b"},["c"]]' })).toEqual([
      ["prompt", "messages.content", "a"],
      ["body", "inputs", "b"],
      ["prompt", "inputs", "b"],
      ["body", "", "c"],
    ]);
  });

  it("of a chat request that was cut are one prompt; JSON that is only broken stays a body", () => {
    const body = '{"model":"m","messages":[{"role":"user","content":"hel';
    expect(places({ body, bodyTruncated: true })).toEqual([["prompt", "body", body]]);
    expect(places({ body })).toEqual([["body", "", body]]);
  });

  it("say what of a long value was left out, and still hold its end", () => {
    const [, query] = requestUnits({ ...requestDefaults, path: `/?q=${"a".repeat(20_000)}' or 1=1` });
    expect(query?.leftOut).toBe(20_000 + 8 - 16_384);
    expect(query?.text.endsWith("' or 1=1")).toBe(true);
  });

  it("are bounded in number, and the last of too many pairs are looked at together", () => {
    const pairs = Array.from({ length: 5_000 }, (_, i) => `p${i}=1`).join("&");
    const units = requestUnits({ ...requestDefaults, path: `/?${pairs}&last=<script>` });
    expect(units.length).toBeLessThan(300);
    expect(units.at(-1)?.text.endsWith("<script>")).toBe(true);
  });

  it("are found in whatever comes, hostile names and depths included", () => {
    const deep = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    expect(requestUnits({ ...requestDefaults, body: deep }).length).toBeLessThan(800);
    expect(places({ body: '{"__proto__":{"x":"y"}}' })).toContainEqual(["body name", "__proto__", "__proto__"]);
    const text = fc.option(fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(text, text, fc.array(fc.record({ name: fc.string(), value: fc.string() })), (path, body, headers) => {
        for (const { name } of requestUnits({ ...requestDefaults, path, body, headers })) expect(name.length).toBeLessThanOrEqual(120);
      }),
    );
  });
});
