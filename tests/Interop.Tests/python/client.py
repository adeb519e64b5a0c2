"""Runs one of gRPC's public interop cases with C-core: client.py HOST:PORT CASE STUBS"""

import sys
import time

sys.path.insert(0, sys.argv[3])

import grpc  # noqa: E402
from grpc.testing import empty_pb2, messages_pb2 as m, test_pb2_grpc  # noqa: E402
