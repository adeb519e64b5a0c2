"""A client of the task service by C-core, with the stubs that the tests made."""

import os
import sys
from urllib.parse import urlsplit

sys.path.insert(0, os.environ["STUBS"])

import grpc  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from koda.runtime.v1 import task_pb2, task_service_pb2_grpc  # noqa: E402
from koda.runtime.v1 import task_service_pb2 as messages  # noqa: E402

__all__ = ["connect", "error_info", "grpc", "messages", "task_pb2"]


def connect(url, token):
    stub = task_service_pb2_grpc.TaskServiceStub(grpc.insecure_channel(urlsplit(url).netloc))
    return stub, [("authorization", f"Bearer {token}")]


def error_info(error):
    """The google.rpc.ErrorInfo among the details of a failed call."""
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    if not any(detail.Unpack(info) for detail in status.details):
        raise AssertionError(f"no ErrorInfo in {status}")
    return info
