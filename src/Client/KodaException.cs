using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Client;

/// <summary>A call that the server refused or failed, or that did not reach it.</summary>
public sealed class KodaException : Exception
{
    internal KodaException(Status status, Exception? inner) : base(status.Detail, inner) => Status = status.StatusCode;

    /// <summary>The gRPC status.</summary>
    public StatusCode Status { get; }

    /// <summary>Why, from the catalogue of the contract. Unspecified: the server did not say, or was not reached.</summary>
    public ErrorReason Reason { get; internal init; }

    /// <summary>The stable machine code, such as <c>agent.not_found</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What the caller can do about it. Null: nothing in particular.</summary>
    public string? Hint { get; internal init; }

    /// <summary>Facts about the failure, by name.</summary>
    public IReadOnlyDictionary<string, string> Details { get; internal init; } = new Dictionary<string, string>();

    /// <summary>The fields that are at fault, with what is wrong with each.</summary>
    public IReadOnlyList<FieldFault> Fields { get; internal init; } = [];

    /// <summary>Names the request in the server's log. Null: the server gave none.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>True when the same call may succeed later.</summary>
    public bool Retryable { get; internal init; }

    /// <summary>How long to wait before the next attempt. Null: the server did not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>
    /// True when no Koda server answered at the address; the code says whether nobody did, somebody else, or one whose certificate is not
    /// trusted.
    /// </summary>
    public bool Unreachable { get; internal init; }
}

/// <summary>A field that is at fault.</summary>
/// <param name="Field">Its path in the request.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record FieldFault(string Field, string Message);
