"""A whole Koda worker in Python. It owns the agent `counter` and counts the words of what it is asked.

    PYTHONPATH=gen KODA_TOKEN=... python3 worker.py http://127.0.0.1:8090
"""

import os
import queue
import random
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import urlsplit

import grpc
from koda.worker.v1 import report_pb2 as report
from koda.worker.v1 import worker_service_pb2 as wire
from koda.worker.v1 import worker_service_pb2_grpc as rpc

SLOTS = 4
REFUSALS = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT)


def work(offer, is_stopped):
    """What this worker is for. Longer work looks at is_stopped() now and then and returns early."""
    until = time.monotonic() + float(os.environ.get("COUNTER_SECONDS", "0"))
    while time.monotonic() < until and not is_stopped():
        time.sleep(0.05)
    return f"{len(offer.query.split())} words"


class Worker:
    def __init__(self):
        # Held attempts by id: `end` is the report that is not known to be committed.
        self.id, self.held, self.pool, self.outbox = str(uuid.uuid4()), {}, ThreadPoolExecutor(SLOTS), queue.Queue()

    def send(self, **fields):
        self.outbox.put(wire.WorkRequest(credit=SLOTS - len(self.held), **fields))

    def serve(self, stub, token):
        """One connection. What was held before goes on; ends that may be lost with the last connection are sent again."""
        outbox = queue.Queue()
        hello = wire.Hello(worker_id=self.id, name="python example", version="1", slots=SLOTS, agent_ids=["counter"], role="counter",
                           held=[attempt.ref for attempt in self.held.values()])
        outbox.put(wire.WorkRequest(credit=SLOTS - len(self.held), hello=hello))
        self.outbox = outbox  # from here on others may send: the first message is the hello
        for attempt in list(self.held.values()):
            if attempt.end:
                self.send(**attempt.end)
        closed = threading.Event()
        try:
            for message in stub.Work(iter(outbox.get, None), metadata=[("authorization", f"Bearer {token}")]):
                if message.HasField("welcome"):
                    threading.Thread(target=self.renew, args=(message.welcome.renew_every_ms / 1000, closed), daemon=True).start()
                self.take(message)
        finally:
            closed.set()
            outbox.put(None)

    def take(self, message):
        for offer in message.offers:
            attempt = self.held[offer.attempt.attempt_id] = SimpleNamespace(ref=offer.attempt, stop=0, end=None)
            self.send(accepts=[offer.attempt])
            self.pool.submit(self.run, offer, attempt)
        for request in message.stop_requests:
            if attempt := self.held.get(request.attempt.attempt_id):
                attempt.stop = request.reason
        for gone in [*message.closed, *message.lost]:
            if attempt := self.held.pop(gone.attempt.attempt_id, None):
                attempt.stop = attempt.stop or report.STOP_REASON_CANCEL
                self.send()

    def run(self, offer, attempt):
        try:
            output = work(offer, lambda: attempt.stop != 0)
            attempt.end = ({"stops": [report.Stop(attempt=attempt.ref, reason=attempt.stop)]} if attempt.stop
                           else {"completions": [report.Completion(attempt=attempt.ref, output=output)]})
        except Exception as error:  # whatever fails is the task's failure, and not the worker's
            attempt.end = {"failures": [report.Failure(attempt=attempt.ref, code="counter.failed", message=str(error), retryable=True)]}
        self.send(**attempt.end)

    def renew(self, every, closed):
        while not closed.wait(every):
            self.send(renewals=[report.Renewal(attempt=attempt.ref) for attempt in list(self.held.values())])


if __name__ == "__main__":
    worker, url = Worker(), sys.argv[1]
    with grpc.insecure_channel(urlsplit(url).netloc, [("grpc.max_reconnect_backoff_ms", 1000)]) as channel:
        while True:
            try:
                worker.serve(rpc.WorkerServiceStub(channel), os.environ["KODA_TOKEN"])
            except grpc.RpcError as failure:
                if failure.code() in REFUSALS:
                    sys.exit(f"The server refuses this worker: {failure.details()}")
                print(f"{failure.details()}; connecting again", file=sys.stderr)
            time.sleep(random.uniform(0.2, 1))
