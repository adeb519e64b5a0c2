import json
import sys
import time
import urllib.request

url, token, task_id, after_seq = sys.argv[1:]
page = {"next_after_seq": after_seq, "end": False}
while not page["end"]:
    address = f"{url}/api/runtime/tasks/{task_id}/events?limit=20&after_seq={page['next_after_seq']}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as reply:
        page = json.load(reply)
    for event in page["items"]:
        print(event["seq"], event["kind"], event["hash"], flush=True)
    if not page["items"]:
        time.sleep(0.1)
