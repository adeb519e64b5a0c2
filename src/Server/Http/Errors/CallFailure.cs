using System.Text.Json.Nodes;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>How a call failed: all that a face needs to write the error in its own form.</summary>
internal sealed class CallFailure
{
    private CallFailure(ErrorReason reason, ErrorDescription description, Status status)
    {
        Reason = reason;
        Description = description;
        Status = status;
    }

    /// <summary>The reason, or unspecified when a handler threw a bare <see cref="RpcException"/>.</summary>
    public ErrorReason Reason { get; }

    public ErrorDescription Description { get; }

    /// <summary>The gRPC status; its detail is the message for the caller.</summary>
    public Status Status { get; }

    public string Message => Status.Detail;

    public JsonObject? Details { get; private init; }

    public IReadOnlyList<FieldFault> Fields { get; private init; } = [];

    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Trailers that the handler sent along with its status.</summary>
    public Metadata? Trailers { get; private init; }

    public static CallFailure From(RpcFault fault)
    {
        var description = ErrorCatalogue.Describe(fault.Reason);
        return new CallFailure(fault.Reason, description, new Status(description.StatusCode, fault.Message))
        {
            Details = fault.Details,
            Fields = fault.Fields,
            RetryAfter = fault.RetryAfter,
        };
    }

    /// <summary>A status without a reason; its machine code is the status's name, such as `not_found`.</summary>
    public static CallFailure From(Status status, Metadata? trailers = null)
    {
        var name = status.StatusCode.ToWireName();
        var description = new ErrorDescription(name, status.StatusCode, status.StatusCode.ToHttpStatus(),
            name.ToLowerInvariant(), status.StatusCode == StatusCode.Unavailable);
        return new CallFailure(ErrorReason.Unspecified, description, status) { Trailers = trailers };
    }
}
