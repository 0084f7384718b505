import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type StatusPage, startStatusPage } from "../../infra/http/status-page.ts";
import type { AlertView, StatusView } from "../../infra/http/status-view.ts";
import { browserSaid, findBrowser } from "../../scripts/tests/browser.ts";
import { alertView } from "../../scripts/up/alert-view.ts";
import { alertOf } from "../pipelines/judgements.ts";

const executablePath = findBrowser();
if (executablePath === undefined) process.stderr.write(`no browser: ${browserSaid(executablePath)}\n`);
const hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>';

const alert = (n: number, given: Partial<AlertView> = {}): AlertView => ({
  ...alertView(alertOf("chat", n, { entity: { type: "layer", id: `i-${n}` }, title: `alert number ${n}` })),
  ...given,
});

const view = (given: Partial<StatusView> = {}): StatusView => ({
  profile: "local",
  uptimeS: 75,
  health: { state: "healthy", reasons: [] },
  parts: [{ name: "Kafka", address: "127.0.0.1:9092", detail: "one node", state: "healthy", reason: "" }],
  workers: [{ name: "worker 1", address: "http://127.0.0.1:1", state: "healthy", reasons: [], lanes: [{ group: "g", live: 3, of: 4 }] }],
  pipelines: [{ name: "audit", summary: "a chain", state: "healthy", live: 8, of: 8, inPerS: 12.34, outPerS: null, lag: 1_234 }],
  topics: [{ name: "moe.router", role: "input", perS: 5.5, lag: null }],
  counts: [{ name: "alerts seen", value: 1 }],
  alerts: [],
  injections: [
    {
      fault: "dead-expert",
      deploymentId: "chat",
      entity: { type: "instance", id: "i-0" },
      detail: "expert 3 takes no tokens",
      startTs: 1_767_225_600_000_000,
      endTs: 1_767_225_660_000_000,
      expectedKinds: ["expert.dead"],
      state: "found",
      foundBy: "expert.dead",
      afterS: 12.5,
    },
  ],
  ...given,
});

describe.skipIf(executablePath === undefined)("the status page in a browser", () => {
  let browser: Browser;
  let served: StatusPage;
  let now: StatusView | Error;
  /** What a browser complains of: errors, refusals of the content security policy, failed requests. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await served.stop();
  });

  async function open({
    width = 1280,
    colorScheme = "light" as "light" | "dark",
    token = undefined as string | undefined,
  } = {}): Promise<Page> {
    complaints = [];
    const answer = async () => {
      if (now instanceof Error) throw now;
      return now;
    };
    served = await startStatusPage({ host: "127.0.0.1", port: 0, token, view: answer });
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(token === undefined ? served.address : `${served.address}/?token=${encodeURIComponent(token)}`);
    await page.locator("#stream", { hasText: "live" }).waitFor();
    await page.locator("#health:not(:text('asking'))").waitFor();
    return page;
  }
  const send = (one: AlertView) => served.send({ id: one.id, event: "alert", data: one });

  it("shows what runs, how fast, how far behind, and what is not known as not known", async () => {
    now = view();
    const page = await open();
    expect(await page.locator("#health").textContent()).toBe("healthy");
    expect(await page.locator("#pipelines tr td").allTextContents()).toEqual(["8/8", "12", "–", "1,234"]);
    expect(await page.locator("#topics tr").first().textContent()).toContain("moe.router");
    expect(await page.locator("#topics td").last().textContent()).toBe("–");
    expect(await page.locator("#parts").textContent()).toContain("3 of 4 lanes live");
    expect(await page.locator("#injections").textContent()).toContain("by expert.dead after 12.5 s");
    expect(complaints).toEqual([]);
  });

  it("shows an alert as it comes, the newest first, with its evidence in a fold", async () => {
    now = view({ alerts: [alert(1)] });
    const page = await open();
    await page.getByText("alert number 1").waitFor();
    send(alert(2));
    await page.getByText("alert number 2").waitFor();
    expect(await page.locator("#alerts .title").allTextContents()).toEqual(["alert number 2", "alert number 1"]);
    const detail = page.locator("#alerts dl").first();
    expect(await detail.isVisible()).toBe(false);
    await page.locator("#alerts summary").first().click();
    expect(await detail.textContent()).toContain("not calibrated");
    send(alert(1));
    send(alert(3));
    await page.getByText("alert number 3").waitFor();
    // The same one twice is one.
    expect(await page.locator("#alerts li").count()).toBe(3);
    // A fold that was open stays so.
    expect(await page.locator("#alerts details[open] .title").allTextContents()).toEqual(["alert number 2"]);
    expect(complaints).toEqual([]);
  });

  it("shows an alert without figures, and what it cannot show it does not take for silence", async () => {
    now = view({ alerts: [alert(1, { score: null, probability: null, observed: null, expected: null })] });
    const page = await open();
    await page.getByText("alert number 1").waitFor();
    expect(await page.locator("#health").textContent()).toBe("healthy");
    expect(complaints).toEqual([]);
    now = view({ pipelines: [{ name: "audit" } as never] });
    await page.locator("#reasons", { hasText: "cannot show" }).waitFor();
    // And the next look at the same does not take it for shown.
    await page.waitForResponse(/status$/);
    await page.waitForResponse(/status$/);
    expect(await page.locator("#health").textContent()).toBe("unknown");
    now = view();
    await page.locator("#health", { hasText: "healthy" }).waitFor();
  });

  it("joins alerts of one kind about one thing, and keeps few however many come", async () => {
    now = view();
    const page = await open();
    const same = { entity: { type: "source", id: "192.0.2.7" } };
    for (let n = 0; n < 40; n += 1) send(alert(n, { ...same, title: `probe ${n}` }));
    for (let n = 100; n < 300; n += 1) send(alert(n));
    await page.getByText("alert number 299").waitFor();
    expect(await page.locator("#alerts li").count()).toBe(80);
    send(alert(40, { ...same, title: "probe 40" }));
    await page.getByText("probe 40").waitFor();
    send(alert(41, { ...same, title: "probe 41" }));
    await page.getByText("probe 41").waitFor();
    expect(await page.locator("#alerts li").first().textContent()).toContain("× 2");
    expect(await page.locator("#alerts li").count()).toBe(80);
  });

  it("makes no markup of what topics carry", async () => {
    const evidence = [{ name: hostile, value: hostile, note: hostile }];
    now = view({
      profile: hostile,
      health: { state: "unhealthy", reasons: [hostile] },
      parts: [{ name: hostile, address: "javascript:alert(1)", detail: hostile, state: "unhealthy", reason: hostile }],
      topics: [{ name: hostile, role: hostile, perS: 1, lag: 1 }],
      injections: view().injections.map((one) => ({ ...one, fault: hostile, detail: hostile, entity: { type: hostile, id: hostile } })),
    });
    const page = await open();
    send(alert(1, { title: hostile, kind: hostile, severity: hostile, id: `${hostile}\n\nevent: alert\ndata: 1`, evidence }));
    await page.locator("#alerts .title", { hasText: "onerror" }).waitFor();
    expect(await page.evaluate("window.hurt")).toBeUndefined();
    expect(await page.locator("main img, main script, a[href^='javascript']").count()).toBe(0);
    expect(await page.locator("#alerts li").count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it.each([
    ["light", "rgb(244, 246, 248)"],
    ["dark", "rgb(18, 22, 26)"],
  ] as const)("has a %s face", async (colorScheme, ground) => {
    now = view({ alerts: [alert(1)] });
    const page = await open({ colorScheme });
    const background = "getComputedStyle(document.body).backgroundColor";
    expect(await page.evaluate(background)).toBe(ground);
    expect(complaints).toEqual([]);
  });

  it.each([320, 380, 768, 1600])("needs no scrolling to the side at %i pixels, whatever names are like", async (width) => {
    const long = "x".repeat(400);
    now = view({
      alerts: [alert(1, { title: long, kind: long, entity: { type: "series", id: long } })],
      topics: [{ name: `moe.${long}`, role: "input", perS: 1e9, lag: 1e12 }],
      parts: [{ name: "Kafka", address: `http://127.0.0.1/${long}`, detail: long, state: "healthy", reason: "" }],
    });
    const page = await open({ width });
    await page.locator("#alerts li").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  });

  it("says of history by what it was found, and no time", async () => {
    now = view({ injections: view().injections.map((one) => ({ ...one, afterS: null })) });
    const page = await open();
    expect(await page.locator("#injections small").first().textContent()).toBe("chat, instance i-0: by expert.dead");
    expect(complaints).toEqual([]);
  });

  it("says so when nobody answers any more, and when it is well again", async () => {
    now = view();
    const page = await open();
    now = new Error("away");
    await page.locator("#health", { hasText: "unhealthy" }).waitFor();
    expect(await page.locator("#reasons").textContent()).toContain("does not answer");
    now = view({ health: { state: "unknown", reasons: ["worker 1: it starts"] } });
    await page.locator("#health", { hasText: "unknown" }).waitFor();
    expect(await page.locator("#reasons").textContent()).toBe("worker 1: it starts");
  });

  it("catches up on alerts that came while its stream was cut", async () => {
    now = view();
    const page = await open();
    send(alert(1));
    await page.getByText("alert number 1").waitFor();
    await page.context().setOffline(true);
    const port = Number(new URL(served.address).port);
    await served.stop();
    await page.locator("#stream", { hasText: "not connected" }).waitFor();
    now = view({ alerts: [alert(2), alert(1)] });
    served = await startStatusPage({ host: "127.0.0.1", port, token: undefined, view: async () => now as StatusView });
    await page.context().setOffline(false);
    await page.getByText("alert number 2").waitFor();
    await page.locator("#stream", { hasText: "live" }).waitFor();
    expect(await page.locator("#alerts li").count()).toBe(2);
  });

  it("takes its token from the address once, and keeps it out of sight", async () => {
    now = view();
    const token = "a token, with = odd / characters";
    const page = await open({ token });
    expect(page.url()).toBe(`${served.address}/`);
    expect(await page.evaluate("document.cookie")).toBe("");
    send(alert(1));
    await page.getByText("alert number 1").waitFor();
    expect(complaints).toEqual([]);
    const stranger = await (await browser.newContext()).newPage();
    expect((await stranger.goto(served.address))?.status()).toBe(401);
  });
});
