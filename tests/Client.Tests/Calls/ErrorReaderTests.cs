using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.Common.V1;

namespace Koda.Client.Tests.Calls;

public sealed class ErrorReaderTests
{
    [Theory]
    [InlineData("AGENT_NOT_FOUND")]
    [InlineData("ERROR_REASON_AGENT_NOT_FOUND")]
    public void The_reason_gives_code_and_hint_of_the_contract(string name)
    {
        var error = Read(StatusCode.NotFound, new ErrorInfo { Reason = name, Metadata = { ["agent_id"] = "nobody" } });

        Assert.Equal(ErrorReason.AgentNotFound, error.Reason);
        Assert.Equal("agent.not_found", error.Code);
        Assert.Equal("GET /api/runtime/agents lists the agents.", error.Hint);
        Assert.Equal("nobody", error.Details["agent_id"]);
        Assert.False(error.Retryable);
    }

    [Fact]
    public void Faults_of_fields_the_request_and_the_pause_are_read()
    {
        var error = Read(
            StatusCode.ResourceExhausted,
            new ErrorInfo { Reason = "TASK_QUEUE_FULL" },
            new BadRequest
            {
                FieldViolations =
                {
                    new BadRequest.Types.FieldViolation { Field = "query", Description = "must not be empty" },
                },
            },
            new RequestInfo { RequestId = "req-1" },
            new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(3)) });

        Assert.Equal([new FieldFault("query", "must not be empty")], error.Fields);
        Assert.Equal("req-1", error.RequestId);
        Assert.Equal(TimeSpan.FromSeconds(3), error.RetryAfter);
        Assert.True(error.Retryable);
    }

    [Fact]
    public void A_server_that_does_not_answer_is_unreachable()
    {
        var error = ErrorReader.Read(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "Connection refused")));

        Assert.True(error.Unreachable);
        Assert.True(error.Retryable);
    }

    [Fact]
    public void A_server_that_says_it_cannot_is_not_unreachable() =>
        Assert.False(Read(StatusCode.Unavailable, new ErrorInfo { Reason = "UNAVAILABLE" }).Unreachable);

    [Fact]
    public void A_broken_details_trailer_leaves_the_status()
    {
        var trailers = new Metadata { { "grpc-status-details-bin", [0xff, 0xff, 0xff] } };

        var error = ErrorReader.Read(new RpcException(new Grpc.Core.Status(StatusCode.FailedPrecondition, "no"), trailers));

        Assert.Equal("grpc.failed_precondition", error.Code);
        Assert.Equal("no", error.Message);
    }

    private static KodaException Read(StatusCode status, params Google.Protobuf.IMessage[] details)
    {
        var rich = new Google.Rpc.Status { Code = (int)status, Message = "failed" };
        rich.Details.AddRange(details.Select(Any.Pack));
        return ErrorReader.Read(rich.ToRpcException());
    }
}
