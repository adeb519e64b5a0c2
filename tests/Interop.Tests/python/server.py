"""Serves gRPC's public interop service with C-core: server.py STUBS. Prints its port when it listens."""

import sys
import time
from concurrent import futures

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
from interop import empty_pb2, test_pb2_grpc  # noqa: E402
from interop import messages_pb2 as m  # noqa: E402

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"


def payload(size):
    return m.Payload(body=bytes(size))


def echo_metadata(context):
    received = context.invocation_metadata()
    initial = [(key, value) for key, value in received if key == INITIAL]
    if initial:
        context.send_initial_metadata(initial)
    context.set_trailing_metadata([(key, value) for key, value in received if key == TRAILING])


def fail_if_asked(request, context):
    if request.response_status.code:
        code = next(code for code in grpc.StatusCode if code.value[0] == request.response_status.code)
        context.abort(code, request.response_status.message)


def stream(request, context):
    for parameters in request.response_parameters:
        if parameters.interval_us:
            time.sleep(parameters.interval_us / 1e6)
        if not parameters.compressed.value:
            context.disable_next_message_compression()
        yield m.StreamingOutputCallResponse(payload=payload(parameters.size))


class TestService(test_pb2_grpc.TestServiceServicer):
    def EmptyCall(self, request, context):
        echo_metadata(context)
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        echo_metadata(context)
        fail_if_asked(request, context)
        if not request.response_compressed.value:
            context.disable_next_message_compression()
        return m.SimpleResponse(payload=payload(request.response_size))

    def StreamingInputCall(self, requests, context):
        return m.StreamingInputCallResponse(aggregated_payload_size=sum(len(request.payload.body) for request in requests))

    def StreamingOutputCall(self, request, context):
        yield from stream(request, context)

    def FullDuplexCall(self, requests, context):
        echo_metadata(context)
        for request in requests:
            fail_if_asked(request, context)
            yield from stream(request, context)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), compression=grpc.Compression.Gzip)
test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
