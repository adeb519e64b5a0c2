using System.Text.Json.Nodes;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>
/// Refuses or fails a call for a reason of the catalogue, which decides the status, the machine code and the hint on every face.
/// </summary>
#pragma warning disable CA1710 // A fault is what gRPC calls it; the name is used at every place that refuses a call.
internal sealed class RpcFault : Exception
#pragma warning restore CA1710
{
    /// <param name="reason">The entry of the catalogue.</param>
    /// <param name="message">What happened, for the caller's eyes. It must hold no secret.</param>
    /// <param name="inner">What caused it; logged, never sent.</param>
    public RpcFault(ErrorReason reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    public ErrorReason Reason { get; }

    /// <summary>Facts about the failure that a program may use, sent to the caller.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>The fields of the request that are at fault, one entry an issue.</summary>
    public IReadOnlyList<FieldFault> Fields { get; init; } = [];

    /// <summary>How long the caller should wait before it tries again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A request of which the named fields are at fault.</summary>
    public static RpcFault Invalid(params IReadOnlyList<FieldFault> fields) =>
        new(
            ErrorReason.InvalidRequest,
            $"The request is not valid: {string.Join("; ", fields.Select(f => $"{(f.Field.Length > 0 ? f.Field : "it")} {f.Problem}"))}.")
        {
            Fields = fields,
        };
}

/// <summary>
/// One issue of a request: the field's path by proto names (`limits.max_cost`), and what is wrong, as the end of a sentence.
/// </summary>
internal sealed record FieldFault(string Field, string Problem);
