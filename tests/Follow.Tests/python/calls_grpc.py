"""Submits, reads, lists and cancels a task, then asks for one that is not there: what came of it, as JSON."""

import json
import sys

from grpc_client import connect, error_info, grpc, messages, task_pb2

url, token = sys.argv[1:]
stub, metadata = connect(url, token)
submitted = stub.SubmitTask(messages.SubmitTaskRequest(agent_id="explorer", query="look"), metadata=metadata)
read = stub.GetTask(messages.GetTaskRequest(task_id=submitted.id), metadata=metadata)
listed = stub.ListTasks(messages.ListTasksRequest(agent_id="explorer"), metadata=metadata)
cancelled = stub.CancelTask(messages.CancelTaskRequest(task_id=submitted.id, reason="enough"), metadata=metadata)
try:
    stub.GetTask(messages.GetTaskRequest(task_id="tsk_" + "0" * 26), metadata=metadata)
    raise AssertionError("a task was found that is not there")
except grpc.RpcError as error:
    failure, info = error, error_info(error)

print(json.dumps({
    "submitted": task_pb2.TaskStatus.Name(submitted.status),
    "query": read.query,
    "listed": submitted.id in [task.id for task in listed.items],
    "cancelled": task_pb2.TaskStatus.Name(cancelled.status),
    "error": cancelled.error.code,
    "failure": failure.code().value[0],
    "message": failure.details(),
    "reason": info.reason,
    "domain": info.domain,
}))
