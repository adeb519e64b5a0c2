"""Prints each server-sent event of the standard input as `seq kind hash`; the first two are read from the fields of the frame."""

import json
import sys

frame = {}
for line in iter(sys.stdin.readline, ""):
    name, _, value = line.rstrip("\n").partition(": ")
    if name:
        frame[name] = value
        continue
    if "data" in frame:
        print(frame.get("id"), frame.get("event"), json.loads(frame["data"]).get("hash"), flush=True)
    frame = {}
