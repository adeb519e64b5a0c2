"""Runs one of gRPC's public interop cases with C-core: client.py HOST:PORT CASE STUBS"""

import sys
import threading
import time

target, case, stubs = sys.argv[1:4]
sys.path.insert(0, stubs)

import grpc  # noqa: E402
from interop import empty_pb2, test_pb2_grpc  # noqa: E402
from interop import messages_pb2 as m  # noqa: E402

INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
YES, NO = m.BoolValue(value=True), m.BoolValue(value=False)

channel = grpc.insecure_channel(target)
stub = test_pb2_grpc.TestServiceStub(channel)


def body(size):
    return m.Payload(body=bytes(size))


def large(**fields):
    return m.SimpleRequest(response_size=314159, payload=body(271828), **fields)


def upload(size, **fields):
    return m.StreamingInputCallRequest(payload=body(size), **fields)


def exchange(sent, *received, **fields):
    parameters = [m.ResponseParameters(size=size) for size in received]
    return m.StreamingOutputCallRequest(payload=body(sent), response_parameters=parameters, **fields)


def failure(call):
    """The error of a call that must not succeed."""
    try:
        outcome = call()
        if hasattr(outcome, "__next__"):
            list(outcome)
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def has_size(response, size):
    assert len(response.payload.body) == size, len(response.payload.body)


def empty_unary():
    assert stub.EmptyCall(empty_pb2.Empty()) == empty_pb2.Empty()


def large_unary():
    has_size(stub.UnaryCall(large()), 314159)


def client_compressed_unary():
    request = large(expect_compressed=YES)
    assert failure(lambda: stub.UnaryCall(request)).code() == grpc.StatusCode.INVALID_ARGUMENT
    has_size(stub.UnaryCall(request, compression=grpc.Compression.Gzip), 314159)
    has_size(stub.UnaryCall(large(expect_compressed=NO)), 314159)


def server_compressed_unary():
    has_size(stub.UnaryCall(large(response_compressed=YES)), 314159)
    has_size(stub.UnaryCall(large(response_compressed=NO)), 314159)


def client_streaming():
    response = stub.StreamingInputCall(upload(size) for size in (27182, 8, 1828, 45904))
    assert response.aggregated_payload_size == 74922


def client_compressed_streaming():
    def requests():
        return iter([upload(27182, expect_compressed=YES), upload(45904, expect_compressed=NO)])

    assert failure(lambda: stub.StreamingInputCall(requests())).code() == grpc.StatusCode.INVALID_ARGUMENT
    response = stub.StreamingInputCall(requests(), compression=grpc.Compression.Gzip)
    assert response.aggregated_payload_size == 73086


def server_streaming():
    sizes = [31415, 9, 2653, 58979]
    assert [len(r.payload.body) for r in stub.StreamingOutputCall(exchange(0, *sizes))] == sizes


def server_compressed_streaming():
    parameters = [m.ResponseParameters(size=31415, compressed=YES), m.ResponseParameters(size=92653, compressed=NO)]
    responses = stub.StreamingOutputCall(m.StreamingOutputCallRequest(response_parameters=parameters))
    assert [len(r.payload.body) for r in responses] == [31415, 92653]


def ping_pong():
    rounds = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)]
    answered = []

    def requests():
        for index, (sent, received) in enumerate(rounds):
            while len(answered) < index:
                time.sleep(0.001)
            yield exchange(sent, received)

    for response in stub.FullDuplexCall(requests()):
        answered.append(len(response.payload.body))
    assert answered == [received for _, received in rounds]


def empty_stream():
    assert list(stub.FullDuplexCall(iter(()))) == []


def custom_metadata():
    def check(call):
        assert INITIAL in [tuple(entry) for entry in call.initial_metadata()]
        assert TRAILING in [tuple(entry) for entry in call.trailing_metadata()]

    response, call = stub.UnaryCall.with_call(large(), metadata=(INITIAL, TRAILING))
    has_size(response, 314159)
    check(call)
    call = stub.FullDuplexCall(iter([exchange(271828, 314159)]), metadata=(INITIAL, TRAILING))
    has_size(next(call), 314159)
    assert list(call) == []
    check(call)


def status_code_and_message():
    status = m.EchoStatus(code=2, message="test status message")
    for error in (
        failure(lambda: stub.UnaryCall(m.SimpleRequest(response_status=status))),
        failure(lambda: stub.FullDuplexCall(iter([exchange(0, response_status=status)]))),
    ):
        assert error.code() == grpc.StatusCode.UNKNOWN
        assert error.details() == "test status message"


def special_status_message():
    status = m.EchoStatus(code=2, message=SPECIAL)
    error = failure(lambda: stub.UnaryCall(m.SimpleRequest(response_status=status)))
    assert error.code() == grpc.StatusCode.UNKNOWN
    assert error.details() == SPECIAL


def unimplemented_method():
    assert failure(lambda: stub.UnimplementedCall(empty_pb2.Empty())).code() == grpc.StatusCode.UNIMPLEMENTED


def unimplemented_service():
    other = test_pb2_grpc.UnimplementedServiceStub(channel)
    assert failure(lambda: other.UnimplementedCall(empty_pb2.Empty())).code() == grpc.StatusCode.UNIMPLEMENTED


def cancel_after_begin():
    cancelled = threading.Event()
    call = stub.StreamingInputCall.future(iter(cancelled.wait, True))
    call.cancel()
    cancelled.set()
    assert call.cancelled()
    assert call.code() == grpc.StatusCode.CANCELLED


def cancel_after_first_response():
    cancelled = threading.Event()

    def requests():
        yield exchange(27182, 31415)
        cancelled.wait()

    call = stub.FullDuplexCall(requests())
    has_size(next(call), 31415)
    call.cancel()
    cancelled.set()
    assert failure(lambda: call).code() == grpc.StatusCode.CANCELLED


def timeout_on_sleeping_server():
    parameters = [m.ResponseParameters(size=31415, interval_us=5_000_000)]
    request = m.StreamingOutputCallRequest(payload=body(27182), response_parameters=parameters)
    error = failure(lambda: stub.FullDuplexCall(iter([request]), timeout=0.05))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED


globals()[case]()
