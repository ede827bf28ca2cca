"""An engine that makes calls and records them, until SIGTERM: python3 engine.py URL SPILL CALLS [SECONDS between events]."""

import signal
import sys
import time

from call_lake import Recorder


def main():
    url, spill, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
    pause = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    recorder = Recorder(url, spill, wait_max=0.5, timeout=2.0)
    for number in range(calls):
        if stopping:
            break
        call = recorder.start_call(f"py-{number}", caller_number=f"+120255501{number:02d}", provider_name="python", language="en")
        for turn in range(3):
            call.message("user", f"Question {turn}?")
            call.turn(e2e_ms=600 + turn, llm_ms=400)
            call.message("assistant", f"Answer {turn} — naïve, 好")
            time.sleep(pause)
        call.tool("look_up", params={"number": number}, result={"found": True}, status="ok", duration_ms=20)
        call.barge_in()
        call.end(ended_reason="hangup", ended_by="caller", graceful=True)
    done = recorder.close(seconds=60)
    print(f"done={done} sent={recorder.sent} refused={recorder.refused} failures={recorder.failures}")
    return 0 if done and recorder.refused == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
