"""Counts where an engine's gates send tokens, and posts the counts. Standard library only (Python 3.8 and later). In the engine:

    hook = gatewatch_hook.Hook("http://127.0.0.1:8610", num_experts=64, instance_id="engine-0", source="VLLM")
    hook.record(layer, topk_ids, topk_weights)   # after the gate, for each layer and pass

`topk_ids` is a torch tensor of tokens x top-k (any device), a numpy array or a list of lists; -1 is padding. Logical experts
are wanted: record before replicas are chosen. What `record` costs the model is one copy of the ids on their own device, which
it does not wait for. It never raises: counting and posting are done by a thread. Where that thread or the server cannot keep up,
the oldest is dropped and counted: see `hook.counts`. `sample_every=N` looks at every N-th pass only.
A forked process needs a hook of its own; CUDA graphs replay no Python, so a captured gate is not seen.
Where the engine's balancer has counts already (layers x experts), `hook.load(counts, top_k, physical_to_logical)` posts them.
"""

import json
import math
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque


_sums = ("tokens", "weighted", "entropy", "margin")


class Hook:
    """Times in seconds. At most `max_queue` passes wait to be counted, and `max_windows` windows to be posted."""

    def __init__(self, url, num_experts, top_k=None, deployment_id="default", instance_id="i-0", source="UNKNOWN", token=None,
                 window=5.0, max_queue=512, max_windows=4096, sample_every=1, timeout=5.0, clock=time.time):
        self._url = url.rstrip("/") + "/api/v1/"
        self._headers = {"content-type": "application/json", **({"authorization": "Bearer " + token} if token else {})}
        self._about = {"deploymentId": deployment_id, "instanceId": instance_id, "source": source, "numExperts": num_experts,
                       "sampleRate": 1.0 / max(1, sample_every)}
        self._experts, self._top_k, self._window, self._timeout, self._clock = num_experts, top_k, window, timeout, clock
        self._every, self._passes, self._pause = max(1, sample_every), {}, min(0.2, window / 5)
        self._queue = deque(maxlen=max_queue)
        self._open, self._done, self._loads, self._loaded = {}, deque(maxlen=max_windows), deque(maxlen=16), clock()
        self._wake, self._stop, self.last_error = threading.Event(), threading.Event(), None
        self.counts = {"passes": 0, "dropped_passes": 0, "windows": 0, "dropped_windows": 0, "refused_windows": 0, "errors": 0}
        self._thread = threading.Thread(target=self._run, name="gatewatch-hook", daemon=True)
        self._thread.start()

    def record(self, layer, topk_ids, topk_weights=None, phase="MIXED"):
        """Takes one pass of one layer. Never raises."""
        try:
            seen = self._passes.get(layer, 0)
            self._passes[layer] = seen + 1
            if seen % self._every == 0:
                weights = None if topk_weights is None else _copy(topk_weights)
                self._put(self._count, self._clock(), layer, phase, _copy(topk_ids), weights)
                self.counts["passes"] += 1
        except Exception as error:  # the model goes on, whatever it was
            self._failed(error)

    def load(self, counts, top_k, physical_to_logical=None, phase="MIXED"):
        """Takes counts since the last call, layers x experts (x replicas, with their map). Never raises."""
        try:
            since, self._loaded = self._loaded, self._clock()
            body = {name: self._about[name] for name in ("deploymentId", "instanceId", "source", "numExperts")}
            body.update(windowStart=round(since * 1e6), windowEnd=round(self._loaded * 1e6), topK=top_k, phase=phase)
            self._put(self._balance, body, _copy(counts), None if physical_to_logical is None else _copy(physical_to_logical))
        except Exception as error:
            self._failed(error)

    def close(self, timeout=10.0):
        """Posts what is open, trying once, and ends the thread."""
        self._stop.set(), self._wake.set()
        self._thread.join(timeout)

    def _put(self, *work):
        if len(self._queue) == self._queue.maxlen:
            self.counts["dropped_passes"] += 1
        self._queue.append(work)
        if len(self._queue) * 2 >= self._queue.maxlen:
            self._wake.set()

    def _failed(self, error):
        self.counts["errors"] += 1
        self.last_error = "%s: %s" % (type(error).__name__, error)

    def _run(self):
        wait, last = self._pause, False
        while not last:
            self._wake.wait(wait)
            self._wake.clear()
            last = self._stop.is_set()
            now = math.inf if last else self._clock()  # before the queue: what is queued after it is of an open window
            while self._queue:
                try:
                    work, *args = self._queue.popleft()
                    work(*args)
                except Exception as error:
                    self._failed(error)
            try:
                for key in sorted((key for key in self._open if key[0] + self._window <= now), key=str):
                    self._keep(key, self._open.pop(key))
                self._post()
                wait = self._pause
            except Exception as error:
                self._failed(error)
                wait = min(5.0, wait * 2)
        self.counts["dropped_windows"] += len(self._done) + len(self._loads)

    def _balance(self, body, counts, maps):
        body.update({"counts": _rows(counts)} if maps is None else {"counts": _rows(counts), "physicalToLogical": _rows(maps)})
        self.counts["dropped_windows"] += len(self._loads) == self._loads.maxlen
        self._loads.append(body)

    def _count(self, at, layer, phase, ids, weights):
        ids, weights = _rows(ids), None if weights is None else _rows(weights)
        for row, chosen in enumerate(ids):
            if row % 16 == 15:
                time.sleep(0)  # lets the model's thread have the interpreter at once
            experts = [e for e in chosen if e >= 0]
            if not experts:
                continue
            top_k = self._top_k or len(chosen)
            if max(experts) >= self._experts or len(experts) > top_k:
                raise ValueError("experts %s of %d, top_k %d" % (experts, self._experts, top_k))
            key = (math.floor(at / self._window) * self._window, int(layer), phase, top_k)
            if key not in self._open:
                self._open[key] = {"counts": [0] * self._experts, "sums": [0.0] * self._experts, **dict.fromkeys(_sums, 0)}
            window = self._open[key]
            window["tokens"] += 1
            for e in experts:
                window["counts"][e] += 1
            if weights is not None:
                self._weigh(window, chosen, weights[row])

    @staticmethod
    def _weigh(window, chosen, weights):
        taken = [(e, float(w)) for e, w in zip(chosen, weights) if e >= 0]
        total = sum(w for _, w in taken)
        if not (0 < total < math.inf) or min(w for _, w in taken) < 0:
            return
        shares = sorted((w / total for _, w in taken), reverse=True)
        for e, w in taken:
            window["sums"][e] += w
        window["weighted"] += 1
        window["entropy"] -= sum(s * math.log(s) for s in shares if s > 0)
        window["margin"] += shares[0] - (shares[1] if len(shares) > 1 else 0.0)

    def _keep(self, key, window):
        start, layer, phase, top_k = key
        tokens, assignments = window["tokens"], sum(window["counts"])
        value = dict(self._about, layer=layer, phase=phase, topK=top_k, tokens=tokens, assignments=assignments,
                     windowStart=round(start * 1e6), windowEnd=round((start + self._window) * 1e6),
                     droppedTokens=max(0, tokens * top_k - assignments), expertCounts=window["counts"])
        value["eventId"] = "%s/%s/%d/%s/%d/%d" % (value["deploymentId"], value["instanceId"], layer, phase, value["windowStart"], tokens)
        if window["weighted"] == tokens:
            value.update(expertWeightSum=window["sums"], tokenEntropyMean=max(0.0, window["entropy"] / tokens),
                         top1MarginMean=window["margin"] / tokens)
        self.counts["dropped_windows"] += len(self._done) == self._done.maxlen
        self._done.append(value)

    def _post(self):
        """Raises where the server is to be asked again later."""
        while self._done:
            some = list(self._done)[:256]
            self._send("events/moe.router", some, len(some))
            for _ in some:
                self._done.popleft()
        while self._loads:
            self._send("routing/windows", self._loads[0], 1)
            self._loads.popleft()

    def _send(self, path, body, count):
        request, refused = urllib.request.Request(self._url + path, json.dumps(body).encode(), self._headers), 0
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            told = error.read().decode("utf-8", "replace")
            if error.code in (401, 403, 404, 408, 429) or error.code >= 500:
                raise
            rejected = re.search(r'"rejected":\s*(\d+)', told)  # 422: all but those named were taken
            refused = min(count, int(rejected.group(1))) if rejected else count
            self.last_error = "%d: %s" % (error.code, told[:500])
        self.counts["windows"] += count - refused
        self.counts["refused_windows"] += refused


def _copy(values):
    """What nobody changes any more, and, of a GPU's, the event after which it can be read."""
    if not hasattr(values, "detach"):
        return (values.copy() if hasattr(values, "tolist") else [list(v) if hasattr(v, "__len__") else v for v in values]), None
    copied = values.detach().clone()
    return copied, sys.modules["torch"].cuda.current_stream().record_event() if copied.is_cuda else None


def _rows(copied):
    """Lists; a flat one is one token."""
    values, event = copied
    if event is not None:
        event.synchronize()
    rows = values.tolist() if hasattr(values, "tolist") else values
    return [rows] if rows and not isinstance(rows[0], list) else rows
