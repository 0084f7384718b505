import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import { viewSubject } from "./registry-view.ts";

/** A registry that lets `ann` in with `p@ss`, holds the schema of moe.router, and is broken for gatewatch.score. */
const server = createServer(({ headers, url }, response) => {
  const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
  if (headers.authorization !== `Basic ${Buffer.from("ann:p@ss").toString("base64")}`) return answer(401, { message: "who are you" });
  if (url === "/subjects/ns.moe.router-value/versions/latest")
    return answer(200, { version: 3, id: 9, schema: JSON.stringify(topics.router.schema) });
  return url?.includes("score") ? answer(500, { message: "broken" }) : answer(404, { error_code: 40401 });
});
const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const named = (topic: string) => `ns.${topic}`;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe("what a registry holds for a topic", () => {
  it("is seen whether user and password stand in the address or beside it", async () => {
    const seen = { subject: "ns.moe.router-value", version: 3, id: 9, current: true, conflict: undefined };
    expect(await viewSubject({ url: `http://ann:p%40ss@${address()}`, named }, topics.router)).toEqual(seen);
    expect(await viewSubject({ url: `http://${address()}/`, username: "ann", password: "p@ss", named }, topics.router)).toEqual(seen);
  });

  it("is nothing where the subject does not exist", async () => {
    const url = `http://ann:p%40ss@${address()}`;
    expect(await viewSubject({ url, named }, topics.alert)).toMatchObject({ subject: "ns.gatewatch.alert-value", version: undefined });
  });

  it.for([
    ["the user is refused", () => `http://ann:wrong@${address()}`, topics.router],
    ["the registry is broken", () => `http://ann:p%40ss@${address()}`, topics.score],
  ] as const)("is not known where %s, and no password is told", async ([, url, topic]) => {
    const failed = viewSubject({ url: url(), named }, topic);
    await expect(failed).rejects.toMatchObject({ code: "GW_REGISTRY_UNREACHABLE" });
    await expect(failed).rejects.not.toThrow(/ann|wrong|p%40ss/);
  });
});
