using System.Collections.Frozen;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>What the contract says about an error reason.</summary>
/// <param name="Name">The name sent to gRPC callers, such as `AGENT_NOT_FOUND`.</param>
/// <param name="StatusCode">The gRPC status.</param>
/// <param name="HttpStatus">The status by REST.</param>
/// <param name="Code">The machine code by REST, such as `agent.not_found`.</param>
/// <param name="Retryable">True when the same call may succeed later.</param>
internal sealed record ErrorDescription(string Name, StatusCode StatusCode, int HttpStatus, string Code, bool Retryable);

/// <summary>The error policies of the contract, read once.</summary>
internal static class ErrorCatalogue
{
    private const string Prefix = "ERROR_REASON_";

    private static readonly FrozenDictionary<ErrorReason, ErrorDescription> s_descriptions = ErrorReflection.Descriptor.EnumTypes
        .Single(type => type.ClrType == typeof(ErrorReason)).Values
        .Where(value => value.Number != (int)ErrorReason.Unspecified)
        .ToFrozenDictionary(value => (ErrorReason)value.Number, Describe);

    /// <summary>The description of a reason.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The reason is unspecified, or not of the contract.</exception>
    public static ErrorDescription Describe(ErrorReason reason) =>
        s_descriptions.TryGetValue(reason, out var description)
            ? description
            : throw new ArgumentOutOfRangeException(nameof(reason), reason, "The contract has no policy for this reason.");

    private static ErrorDescription Describe(Google.Protobuf.Reflection.EnumValueDescriptor value)
    {
        var policy = value.GetOptions()?.GetExtension(ErrorExtensions.Error)
            ?? throw new InvalidOperationException($"{value.FullName} declares no error policy.");
        var status = (StatusCode)policy.Grpc;
        var http = policy.Http == 0 ? status.ToHttpStatus() : policy.Http;
        return new ErrorDescription(value.Name[Prefix.Length..], status, http, policy.Code, policy.Retryable);
    }
}
