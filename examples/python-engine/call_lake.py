"""Records the calls of a voice engine in Call Lake over HTTP. Standard library only.

    recorder = Recorder("http://127.0.0.1:8787/api/calls", spill="calls.spill.jsonl")
    call = recorder.start_call("call-17", caller_number="+12025550101")
    call.message("user", "Hello?")
    call.end(ended_reason="hangup", ended_by="caller")
    recorder.close()

No method waits for the network: a thread of its own sends, in order. What cannot be sent stands in the spill file, a line
an event, and is sent later, also by the next process that opens the same file. Every event has a number within its call,
so the backend takes each of them once, however often it is sent.
"""

import json
import os
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from datetime import datetime, timezone

BATCH_MAX = 200
ANSWERS_THAT_LAST = (400, 409, 413)


def now():
    """Now as ISO 8601 in UTC with milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Recorder:
    """Takes the events of calls and sends them in order; `spill` is a file of this engine alone."""

    def __init__(self, url, spill, source="python-engine", token=None, wait_min=0.1, wait_max=10.0, timeout=5.0, log=print):
        self._url = url.rstrip("/")
        self._source = source
        self._token = token
        self._wait_min, self._wait_max, self._timeout = wait_min, wait_max, timeout
        self._log = log
        self._spill_path = spill
        self._events = deque()
        self._closing = False
        self._until = 0.0
        self._changed = threading.Condition()
        #: Events sent and acknowledged, refused for good, and requests that failed: for the engine's own metrics.
        self.sent = self.refused = self.failures = 0
        self._read_spill()
        # Line-buffered: what the engine says is in the kernel's hands before the call returns, and survives a crash.
        self._spill = open(spill, "a", encoding="utf-8", buffering=1)
        self._thread = threading.Thread(target=self._run, name="call-lake", daemon=True)
        self._thread.start()

    def start_call(self, call_id, **columns):
        """A call begins. `columns` are those of docs/record.md, such as caller_number."""
        return Call(self, call_id, columns)

    def close(self, seconds=5.0):
        """Sends what can be sent in that time. True if nothing is left; else the spill file has it for the next start."""
        with self._changed:
            self._closing = True
            self._until = time.monotonic() + seconds
            self._changed.notify_all()
        self._thread.join(seconds)
        return not self._events

    def add(self, call_id, event):
        """Used by Call."""
        line = json.dumps({"call_id": call_id, "event": event}, ensure_ascii=False, separators=(",", ":"))
        with self._changed:
            self._spill.write(line + "\n")
            self._events.append((call_id, event))
            self._changed.notify_all()

    def _read_spill(self):
        if not os.path.exists(self._spill_path):
            return
        with open(self._spill_path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    told = json.loads(line)
                    self._events.append((told["call_id"], told["event"]))
                except (ValueError, KeyError, TypeError):
                    # A line cut off by a crash: it was never whole, and nobody was told that it was recorded.
                    continue
        with open(self._spill_path, "ab") as file:
            # What is written next must not become the end of such a line.
            if file.tell() > 0:
                file.write(b"\n")

    def _run(self):
        wait = self._wait_min
        while True:
            with self._changed:
                while not self._events and not self._closing:
                    self._changed.wait()
                if not self._events:
                    self._empty_spill()
                    return
                call_id, events = self._next_batch()
            if self._send(call_id, events):
                wait = self._wait_min
                with self._changed:
                    for _ in events:
                        self._events.popleft()
                    if not self._events:
                        self._empty_spill()
                continue
            self.failures += 1
            # Exponential back-off with full jitter: engines that lost the same backend do not come back together.
            pause = random.uniform(self._wait_min, wait)
            wait = min(wait * 2, self._wait_max)
            with self._changed:
                if self._closing and time.monotonic() + pause > self._until:
                    return
            time.sleep(pause)

    def _next_batch(self):
        """The first events, as far as they are of one call."""
        call_id = self._events[0][0]
        events = []
        for other, event in self._events:
            if other != call_id or len(events) == BATCH_MAX:
                break
            events.append(event)
        return call_id, events

    def _empty_spill(self):
        """Everything in it is durable in the backend."""
        self._spill.truncate(0)

    def _send(self, call_id, events):
        """True when the events need not be sent again."""
        name, source = urllib.parse.quote(call_id, safe=""), urllib.parse.quote(self._source, safe="")
        request = urllib.request.Request(
            f"{self._url}/{name}/events?source={source}",
            data=json.dumps(events).encode(),
            headers={"content-type": "application/json", **({"authorization": f"Bearer {self._token}"} if self._token else {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                answer.read()
            self.sent += len(events)
            return True
        except urllib.error.HTTPError as error:
            if error.code not in ANSWERS_THAT_LAST:
                return False
            # It will never be taken: holding it would hold back all that comes after it.
            self.refused += len(events)
            self._log(f"{call_id}: {len(events)} events were refused: {error.read(500).decode(errors='replace')}")
            return True
        except (OSError, ValueError):
            return False


class Call:
    """A live call. Times are now unless given."""

    def __init__(self, recorder, call_id, columns):
        self._recorder = recorder
        self._call_id = call_id
        self._seq = 0
        self._lock = threading.Lock()
        self._tell("started", {"start_time": now(), **columns})

    def message(self, role, content, **more):
        """Something was said; `role` is user or assistant."""
        self._tell("message", {"role": role, "content": content, "at": now(), **more})

    def tool(self, name, **more):
        """A tool has answered: params, result, status (ok or error), error, duration_ms."""
        self._tell("tool", {"name": name, "at": now(), **more})

    def turn(self, **latencies):
        """A turn was answered: e2e_ms, stt_ms, llm_ms, tts_ms."""
        self._tell("turn", {"at": now(), **latencies})

    def barge_in(self):
        """The caller interrupted the assistant."""
        self._tell("barge_in", {"at": now()})

    def set(self, **columns):
        """More is known of the call."""
        self._tell("set", columns)

    def end(self, **columns):
        """The call is over."""
        self._tell("ended", {"end_time": now(), **columns})

    def _tell(self, kind, members):
        with self._lock:
            self._seq += 1
            self._recorder.add(self._call_id, {"type": kind, "seq": self._seq, **members})
