using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Koda.Rpc.Tests.Errors;

public sealed class RpcStatusExtensionsTests
{
    [Fact]
    public void A_rich_status_comes_back_from_the_trailers()
    {
        var info = new ErrorInfo { Reason = "TASK_GONE", Domain = "koda" };
        var sent = new Google.Rpc.Status { Code = (int)Code.NotFound, Message = "gone", Details = { Any.Pack(new RequestInfo()), Any.Pack(info) } };
        var exception = sent.ToRpcException();
        Assert.Equal(new Grpc.Core.Status(StatusCode.NotFound, "gone"), exception.Status);
        Assert.Equal(sent, exception.GetRpcStatus());
        Assert.Equal(info, exception.GetErrorInfo());
        Assert.Null(exception.GetRpcStatus()!.GetDetail<RetryInfo>());
    }

    [Fact]
    public void An_exception_without_details_has_none()
    {
        var exception = new RpcException(new Grpc.Core.Status(StatusCode.NotFound, "gone"));
        Assert.Null(exception.GetRpcStatus());
        Assert.Null(exception.GetErrorInfo());
    }

    [Fact]
    public void A_second_status_replaces_the_first()
    {
        var trailers = new Metadata();
        trailers.SetRpcStatus(new Google.Rpc.Status { Code = 1 });
        trailers.SetRpcStatus(new Google.Rpc.Status { Code = 2 });
        Assert.Equal(2, trailers.GetRpcStatus()!.Code);
        Assert.Single(trailers);
    }
}
