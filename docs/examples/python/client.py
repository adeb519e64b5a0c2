"""Submits a task, follows it over restarts of the server, and asks on this terminal what the task asks of a person.

    PYTHONPATH=gen KODA_TOKEN=... python3 client.py http://127.0.0.1:8090 atlas "Audit the auth service"
"""

import json
import os
import sys
import time
import uuid
from urllib.parse import urlsplit

import grpc
from koda.runtime.v1 import approval_service_pb2 as approval
from koda.runtime.v1 import approval_service_pb2_grpc as approval_rpc
from koda.runtime.v1 import task_service_pb2 as task
from koda.runtime.v1 import task_service_pb2_grpc as task_rpc

AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED, grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL)


def patiently(call):
    """Calls again while the server is away."""
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            if error.code() not in AWAY:
                raise
            time.sleep(0.5)


url, agent_id, query = sys.argv[1:]
channel = grpc.insecure_channel(urlsplit(url).netloc, [("grpc.max_reconnect_backoff_ms", 1000)])
tasks, approvals = task_rpc.TaskServiceStub(channel), approval_rpc.ApprovalServiceStub(channel)
credential = ("authorization", f"Bearer {os.environ['KODA_TOKEN']}")


def answer(event):
    asked = json.loads(event.payload)
    print(f"Allow {asked['tool']} {json.dumps(asked['arguments'])}? [y/N] ", end="", flush=True)
    allowed = sys.stdin.readline().strip() == "y"
    decision = approval.APPROVAL_DECISION_APPROVE if allowed else approval.APPROVAL_DECISION_DENY
    request = approval.AnswerApprovalRequest(approval_id=asked["approval_id"], decision=decision, digest=asked["digest"])
    patiently(lambda: approvals.AnswerApproval(request, metadata=[credential]))


def follow(task_id):
    after_seq = 0

    def watch():
        nonlocal after_seq
        for event in tasks.WatchTask(task.WatchTaskRequest(task_id=task_id, after_seq=after_seq), metadata=[credential]):
            print(event.seq, event.kind, flush=True)
            if event.kind == "approval.requested":
                answer(event)
            after_seq = event.seq

    patiently(watch)


# The key makes the second try of the same submission the same task.
once = [credential, ("idempotency-key", str(uuid.uuid4()))]
submitted = patiently(lambda: tasks.SubmitTask(task.SubmitTaskRequest(agent_id=agent_id, query=query), metadata=once))
follow(submitted.id)
ended = patiently(lambda: tasks.GetTask(task.GetTaskRequest(task_id=submitted.id), metadata=[credential]))
print(ended.output if ended.HasField("output") else ended.error.message)
