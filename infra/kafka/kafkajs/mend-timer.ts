import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

/**
 * kafkajs' request queue renews a timer of 1 ms for ever on each connection (and with a negative delay, which Node 24 warns
 * of: kafkajs#1751). A check is needed only while requests wait or the broker throttles.
 */
const check = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWhereNeeded() {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) check.call(this);
};
