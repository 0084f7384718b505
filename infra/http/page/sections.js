import { address, clock, figure, make, pill, rate, sparkline } from "./elements.js";

const at = (id) => document.getElementById(id);
const states = ["healthy", "unhealthy", "unknown"];
const severities = ["LOW", "MEDIUM", "HIGH", "CRITICAL", "EMERGENCY"];

/** By section: what it shows now. What has not changed is left alone, so that a selection or an open fold stays. */
const shown = new Map();

function fill(id, data, items) {
  const text = JSON.stringify(data);
  if (shown.get(id) === text) return;
  at(id).replaceChildren(...items());
  shown.set(id, text);
}

/** @param {import("../status-view.ts").StatusView} view */
export function showStatus(view) {
  showHealth(view.health.state, view.health.reasons);
  const counts = view.counts.map(({ name, value }) => `${name} ${figure(value)}`);
  at("about").textContent = [`profile ${view.profile}`, `up for ${duration(view.uptimeS)}`, ...counts].join(", ");
  fill("pipelines", view.pipelines, () => view.pipelines.map(pipelineRow));
  fill("topics", [view.topics, Date.now()], () => view.topics.map(topicRow));
  fill("parts", [view.parts, view.workers], () => [...view.parts.map(partItem), ...view.workers.map(workerItem)]);
  fill("injections", view.injections, () =>
    view.injections.length > 0 ? view.injections.map(injectionItem) : [make("li", { text: "Nothing is injected now.", className: "soft" })],
  );
}

export function showHealth(state, reasons) {
  const health = at("health");
  health.textContent = state;
  health.className = `pill ${states.includes(state) ? state : "unhealthy"}`;
  fill("reasons", reasons, () => reasons.map((reason) => make("li", { text: reason })));
}

const duration = (seconds) => {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
};

function pipelineRow({ name, summary, state, live, of, inPerS, outPerS, lag }) {
  const head = make("th", { title: summary }, make("span", { text: name, className: "name" }));
  head.scope = "row";
  if (state !== "healthy") head.append(" ", pill(state, states));
  return make("tr", {}, head, cell(`${live}/${of}`), cell(rate(inPerS)), cell(rate(outPerS)), cell(figure(lag)));
}

/** By topic: rates of the last views, for its line. */
const history = new Map();
const historyKept = 60;

function topicRow({ name, role, perS, lag }) {
  const values = history.get(name) ?? [];
  history.set(name, values);
  if (perS !== null) values.push(perS);
  if (values.length > historyKept) values.shift();
  const head = make("th", { title: role }, make("code", { text: name }));
  head.scope = "row";
  const line = make("td", { className: "line" }, sparkline(values));
  return make("tr", {}, head, line, cell(rate(perS)), cell(figure(lag)));
}

const cell = (text) => make("td", { text, className: text === "0" ? "figure zero" : "figure" });

function partItem({ name, address: where, detail, state, reason }) {
  const row = make("div", { className: "row" }, make("span", { text: name, className: "name" }), pill(state, states));
  row.append(make("span", { className: "end" }, address(where)));
  return make("li", {}, row, make("small", { text: reason === "" ? detail : reason }));
}

function workerItem({ name, address: where, state, reasons, lanes }) {
  const live = lanes.reduce((sum, one) => sum + one.live, 0);
  const of = lanes.reduce((sum, one) => sum + one.of, 0);
  return partItem({ name, address: where, detail: `${live} of ${of} lanes live`, state, reason: reasons.slice(0, 5).join("; ") });
}

function injectionItem({ fault, deploymentId, entity, detail, startTs, endTs, expectedKinds, state, foundBy, afterS }) {
  const row = make(
    "div",
    { className: "row" },
    make("span", { text: fault, className: "name" }),
    pill(state, ["found", "waiting", "missed"]),
  );
  row.append(make("span", { text: `${clock(startTs)} to ${clock(endTs)}`, className: "end soft" }));
  const outcome = {
    found: () => (afterS === null ? `by ${foundBy}` : `by ${foundBy} after ${afterS.toFixed(1)} s`),
    waiting: () => `waiting for ${expectedKinds.join(" or ") || "nothing: no alert is expected"}`,
    missed: () => `no ${expectedKinds.join(" or ")} came`,
  };
  return make(
    "li",
    {},
    row,
    make("small", { text: `${deploymentId}, ${entity.type} ${entity.id}: ${outcome[state]()}` }),
    make("small", { text: detail }),
  );
}

/** Alerts about one thing, of one kind, are one line with a number; the newest stands for them. */
const groups = new Map();
const groupsKept = 80;

/** @param {import("../status-view.ts").AlertView} alert */
export function showAlert(alert, isNew) {
  const key = JSON.stringify([alert.kind, alert.deploymentId, alert.entity.type, alert.entity.id]);
  const group = groups.get(key) ?? { item: make("li"), ids: new Set() };
  if (group.ids.has(alert.id)) return;
  group.ids.add(alert.id);
  if (group.ids.size > 1000) group.ids.delete(group.ids.values().next().value);
  group.count = (group.count ?? 0) + 1;
  // The newest last, so that the first is the one to forget.
  groups.delete(key);
  groups.set(key, group);
  const wasOpen = group.item.querySelector("details")?.open ?? false;
  group.item.replaceChildren(alertFold(alert, group.count, wasOpen));
  group.item.className = isNew ? "new" : "";
  at("alerts").prepend(group.item);
  if (groups.size <= groupsKept) return;
  const [[oldKey, old]] = groups;
  groups.delete(oldKey);
  old.item.remove();
}

function alertFold(alert, count, open) {
  const { severity, kind, deploymentId, entity, title, ts } = alert;
  const row = make("span", { className: "row" }, pill(severity, severities), make("span", { text: kind, className: "name" }));
  if (count > 1) row.append(make("span", { text: `× ${count}`, className: "soft", title: "alerts of this kind about the same thing" }));
  row.append(make("span", { text: `${deploymentId}, ${entity.type} ${entity.id}`, className: "soft" }));
  row.append(make("time", { text: clock(ts), className: "end soft" }));
  const fold = make("details", {}, make("summary", {}, row, make("span", { text: title, className: "title" })), alertDetail(alert));
  fold.open = open;
  return fold;
}

function alertDetail({ id, pipeline, category, score, probability, observed, expected, evidence, suggestedAction }) {
  const lines = [
    ["what to do", suggestedAction],
    ["observed", measured(observed)],
    ["expected", measured(expected)],
    ...evidence.map(({ name, value, note }) => [name, note === "" ? value : `${value} (${note})`]),
    ["score", score === null ? "not a number" : score.toFixed(4)],
    ["probability", probability === null ? "not calibrated" : probability.toFixed(3)],
    ["category", category],
    ["from", pipeline],
    ["id", id],
  ];
  return make(
    "dl",
    {},
    ...lines.filter(([, text]) => text !== "").flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { text })]),
  );
}

const measured = (value) => (value === null ? "" : value.toLocaleString("en", { maximumSignificantDigits: 6 }));

export function showStream(words) {
  at("stream").textContent = words;
}
