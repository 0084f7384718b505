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
      ["header", "x-custom", "v"],
      ["header", "accept", "a{x}"],
      ["cookie", "a", "1"],
      ["cookie", "b", "<x>"],
      ["referer", "", "/p"],
      ["referer", "q", "2"],
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

  it("are those of a second referer too, and what stands in a multipart body but in no part", () => {
    const twice = [
      { name: "referer", value: "/a" },
      { name: "referer", value: "/b?<x>" },
    ];
    expect(places({ headers: twice })).toEqual([
      ["header", "referer", "/b?<x>"],
      ["referer", "", "/a"],
    ]);
    const headers = [{ name: "content-type", value: "multipart/form-data; boundary=B" }];
    expect(places({ headers, body: "before\r\n\r\nit--B\r\nno head--B\r\na: b\r\n\r\nhello--B--\r\n" })).toEqual([
      ["body", "", "before\r\n\r\nit"],
      ["body", "", "\r\nno head"],
      ["body", "", "hello"],
    ]);
  });

  const list = (length: number, piece: (i: number) => string, separator: string) =>
    Array.from({ length }, (_, i) => piece(i)).join(separator);
  const multipart = [{ name: "content-type", value: "multipart/form-data; boundary=B" }];
  const lists: readonly (readonly [what: string, kind: string, made: (length: number, last: string) => Partial<RequestEvent>])[] = [
    ["pairs of a query", "query", (n, last) => ({ path: `/?${list(n, (i) => `p${i}=1`, "&")}&last=${last}` })],
    ["names in a query", "query name", (n, last) => ({ path: `/?${list(n, (i) => `p(${i})=1`, "&")}&${last}` })],
    [
      "cookies of many headers",
      "cookie",
      (n, last) => ({
        headers: [...Array.from({ length: n }, () => ({ name: "cookie", value: "a=1" })), { name: "cookie", value: `b=${last}` }],
      }),
    ],
    ["pairs of a referer", "referer", (n, last) => ({ headers: [{ name: "referer", value: `/?${list(n, () => "a=1", "&")}&b=${last}` }] })],
    [
      "headers",
      "header",
      (n, last) => ({ headers: [...Array.from({ length: n }, () => ({ name: "x-a", value: "1" })), { name: "x-b", value: last }] }),
    ],
    ["fields of a form", "body", (n, last) => ({ headers: form, body: `${list(n, () => "a=1", "&")}&b=${last}` })],
    ["fields of JSON", "body", (n, last) => ({ body: JSON.stringify([...Array.from({ length: n }, () => "a"), last]) })],
    [
      "messages of a chat",
      "prompt",
      (n, last) => ({
        body: JSON.stringify({ messages: [...Array.from({ length: n }, () => "a"), last].map((content) => ({ content })) }),
      }),
    ],
    [
      "parts of a body",
      "body",
      (n, last) => ({ headers: multipart, body: `--B${list(n, () => "\r\na: b\r\n\r\n1\r\n--B", "")}\r\na: b\r\n\r\n${last}\r\n--B--` }),
    ],
  ];

  it.for(lists)("that are %s are bounded in number, and those beyond are looked at together", ([, kind, made]) => {
    const few = requestUnits({ ...requestDefaults, ...made(100, "<script>") });
    expect(few.at(-1)).toMatchObject({ kind, text: "<script>" });
    const units = requestUnits({ ...requestDefaults, ...made(5_000, "<script>") });
    expect(units.length).toBeLessThan(520);
    const others = units.find((one) => one.kind === kind && one.name === "(others)");
    expect(others).toMatchObject({ text: expect.stringMatching(/ <script>$/), leftOut: 0 });
  });

  it("hide behind no other place: each has bounds of its own", () => {
    const pairs = list(5_000, () => "a=1", "&");
    const headers = [
      { name: "cookie", value: pairs.replaceAll("&", ";") },
      { name: "referer", value: `/?${pairs}` },
      { name: "x-last", value: "header" },
    ];
    expect(places({ path: `/?${pairs}`, headers, body: '{"field":"body"}', prompt: "prompt" })).toEqual(
      expect.arrayContaining([
        ["header", "x-last", "header"],
        ["body", "field", "body"],
        ["prompt", "", "prompt"],
      ]),
    );
  });

  it("say how much of too many was left out, and still hold the last", () => {
    const [others] = requestUnits({ ...requestDefaults, path: `/?${list(100_000, () => "a=22", "&")}&b=last` }).slice(-1);
    expect(others?.leftOut).toBe((100_000 - 511) * 3 + 4 - 65_536);
    expect(others?.text.endsWith(" last")).toBe(true);
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
