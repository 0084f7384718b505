import { showAlert, showHealth, showStatus, showStream } from "./sections.js";

const everyMs = 2000;
/** Where nobody looks, less often. */
const hiddenMs = 10000;

async function refresh() {
  try {
    const response = await fetch("/api/v1/status");
    if (!response.ok) throw new Error(`status ${response.status}`);
    const view = await response.json();
    showStatus(view);
    // Oldest first, so that the newest ends on top; those that the stream has brought are known.
    for (const alert of view.alerts.toReversed()) showAlert(alert, false);
  } catch {
    showHealth("unhealthy", ["Gatewatch does not answer; it may have been stopped. Figures below are the last ones known."]);
  }
  setTimeout(refresh, document.hidden ? hiddenMs : everyMs);
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
