import { showAlert, showHealth, showStatus, showStream } from "./sections.js";

const everyMs = 2000;
/** Where nobody looks, less often. */
const hiddenMs = 10000;

/** Undefined where nobody answers. */
async function asked() {
  try {
    const response = await fetch("/api/v1/status");
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

async function refresh() {
  const view = await asked();
  if (view === undefined)
    showHealth("unhealthy", ["Gatewatch does not answer; it may have been stopped. Figures below are the last ones known."]);
  else show(view);
  setTimeout(refresh, document.hidden ? hiddenMs : everyMs);
}

/** What this page cannot show is a fault of the page, and no silence of Gatewatch. */
function show(view) {
  try {
    showStatus(view);
    // Oldest first, so that the newest ends on top; those that the stream has brought are known.
    for (const alert of view.alerts.toReversed()) showAlert(alert, false);
  } catch (error) {
    showHealth("unknown", [`This page cannot show what Gatewatch answers (${error}). Figures below may be old ones.`]);
  }
}

/** The browser comes back by itself after a break and names the last event it has seen; after a refusal it does not. */
function listen() {
  const stream = new EventSource("/api/v1/stream");
  stream.addEventListener("open", () => showStream("live"));
  stream.addEventListener("alert", ({ data }) => showAlert(JSON.parse(data), true));
  stream.addEventListener("error", () => {
    showStream("not connected");
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, hiddenMs);
  });
}

listen();
refresh();
