const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Gatewatch</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/status.css">
</head>
<body>
<header><h1>Gatewatch</h1><p id="about" role="status">asking…</p></header>
<main>
<section aria-labelledby="h-alerts" class="wide"><h2 id="h-alerts">Last alerts</h2><ol id="alerts"></ol></section>
<section aria-labelledby="h-parts"><h2 id="h-parts">Parts</h2><ul id="parts"></ul></section>
<section aria-labelledby="h-workers" class="two"><h2 id="h-workers">Workers, and their live lanes</h2><ul id="workers"></ul></section>
<section aria-labelledby="h-lag"><h2 id="h-lag">Lag, in records</h2><ul id="lag"></ul></section>
</main>
<noscript>This page needs JavaScript; <a href="/status.json">the same as JSON</a>.</noscript>
<script type="module" src="/status.js"></script>
</body>
</html>
`;

/** Plain, readable in light and dark, and in a narrow window. */
const style = `
:root { color-scheme: light dark; --ink: #1b2126; --soft: #5a6670; --ground: #f6f7f8; --card: #ffffff; --line: #d9dee2;
  --good: #1a7f45; --bad: #b42318; --warn: #8a5a00; --accent: #2456a6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaed; --soft: #9aa7b1; --ground: #14181b; --card: #1d2327; --line: #323b42;
    --good: #5cc98a; --bad: #ff8a7a; --warn: #e5b454; --accent: #8ab4f8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header { padding: 20px clamp(12px, 3vw, 32px) 4px; display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
h1 { font-size: 22px; margin: 0; }
h2 { font-size: 13px; margin: 0 0 8px; color: var(--soft); font-weight: 600; }
p { margin: 0; color: var(--soft); }
main { display: grid; gap: 12px; padding: 12px clamp(12px, 3vw, 32px) 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; min-width: 0; }
main { align-items: start; }
.wide { grid-column: 1 / -1; }
@media (min-width: 620px) { .two { grid-column: span 2; } }
ul, ol { list-style: none; margin: 0; padding: 0; }
li { padding: 6px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
li:first-child { border-top: 0; padding-top: 0; }
.row { display: flex; flex-wrap: wrap; gap: 2px 12px; justify-content: space-between; }
.row b { font-weight: 600; }
.figure { font-variant-numeric: tabular-nums; }
small { display: block; color: var(--soft); font-size: 13px; }
small.row { display: flex; }
code { font: 13px/1.5 ui-monospace, monospace; }
a { color: var(--accent); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .soft { color: var(--soft); }
`;

/** Asks for `status.json` every two seconds (ten where nobody looks) and replaces what it shows. No library, no build. */
const script = `
const at = (id) => document.getElementById(id);
const make = (name, text, className) => {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const row = (left, right, note) => {
  const item = make("li");
  const line = make("div", undefined, "row");
  line.append(left, right);
  item.append(line);
  if (note) item.append(make("small", note));
  return item;
};
const fill = (id, items, none) => at(id).replaceChildren(...(items.length > 0 ? items : [make("li", none, "soft")]));
const link = (address) => {
  if (!address.startsWith("http://")) return make("code", address);
  const anchor = make("a");
  anchor.href = address;
  anchor.append(make("code", address));
  return anchor;
};
const worst = { LOW: "soft", MEDIUM: "warn", HIGH: "bad", CRITICAL: "bad", EMERGENCY: "bad" };
const number = (value) => make("span", value.toLocaleString("en"), "figure");

function show(view) {
  const counts = view.counts.map((one) => one.value.toLocaleString("en") + " " + one.name);
  at("about").textContent = ["profile " + view.profile, "up for " + view.uptimeS + " s", ...counts].join(", ");
  fill("alerts", view.alerts.map((alert) => row(make("b", alert.title), make("span", alert.severity, worst[alert.severity]), alert.kind + " at " + alert.ts)), "none yet");
  fill("parts", view.parts.map((part) => row(make("b", part.name), link(part.address), part.detail)), "none");
  fill("workers", view.workers.map((worker) => {
    const state = make("span", worker.ready ? "ready" : "not ready", worker.ready ? "good" : "warn");
    const item = row(make("b", worker.name), state, worker.reasons.join("; "));
    for (const { group, live, of } of worker.lanes) {
      const line = make("small", undefined, "row");
      line.append(make("span", group), make("span", live + " of " + of, live < of ? "warn" : "figure"));
      item.append(line);
    }
    if (worker.address) item.append(link(worker.address + "/metrics"));
    return item;
  }), "none");
  fill("lag", view.lag.map((one) => row(make("code", one.topic), number(one.records))), "nothing is read yet");
}

async function refresh() {
  try {
    const response = await fetch("/status.json");
    if (!response.ok) throw new Error("status " + response.status);
    show(await response.json());
    at("about").className = "";
  } catch (error) {
    at("about").textContent = "Gatewatch does not answer; it may have been stopped";
    at("about").className = "bad";
  }
  setTimeout(refresh, document.hidden ? 10000 : 2000);
}
refresh();
`;

/** No build step: three small texts, served as they are. */
export const statusHtml = { page, style, script };
