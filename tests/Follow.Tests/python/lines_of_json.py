"""Prints each JSON message of the standard input as `seq kind hash`."""

import json
import os

decoder = json.JSONDecoder()
text = ""
while chunk := os.read(0, 65536):
    text += chunk.decode()
    while text := text.lstrip():
        try:
            event, end = decoder.raw_decode(text)
        except json.JSONDecodeError:
            break  # the message is not whole yet
        text = text[end:]
        print(event["seq"], event["kind"], event["hash"], flush=True)
