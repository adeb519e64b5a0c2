import sys

from grpc_client import connect, messages

url, token, task_id, after_seq = sys.argv[1:]
stub, metadata = connect(url, token)
for event in stub.WatchTask(messages.WatchTaskRequest(task_id=task_id, after_seq=int(after_seq)), metadata=metadata):
    print(event.seq, event.kind, event.hash, flush=True)
