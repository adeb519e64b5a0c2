using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Client.Calls;

/// <summary>Turns a failed call into a <see cref="KodaException"/> with everything that the server said about it.</summary>
internal static class ErrorReader
{
    public static KodaException Read(RpcException error)
    {
        var details = ReadDetails(error);
        var info = details?.GetDetail<ErrorInfo>();
        var (reason, policy) = Look(info?.Reason);
        var unreached = details is null && error.Trailers.GetValue("x-request-id") is null ? Unreached.Of(error) : null;
        var retry = details?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
        return new KodaException(unreached is null ? error.Status : new(error.StatusCode, unreached.Value.Message), error)
        {
            Reason = reason,
            Unreachable = unreached is not null,
            Code = policy?.Code ?? unreached?.Code ?? Fallback(error.StatusCode),
            Hint = policy?.Hint is { Length: > 0 } hint ? hint : unreached?.Hint,
            Details = info?.Metadata.ToDictionary(StringComparer.Ordinal) ?? [],
            Fields = details?.GetDetail<BadRequest>()?.FieldViolations.Select(v => new FieldFault(v.Field, v.Description)).ToList() ?? [],
            RequestId = details?.GetDetail<RequestInfo>()?.RequestId ?? error.Trailers.GetValue("x-request-id"),
            Retryable = policy?.Retryable ?? (retry is not null || error.StatusCode == StatusCode.Unavailable),
            RetryAfter = retry,
        };
    }

    private static Google.Rpc.Status? ReadDetails(RpcException error)
    {
        try
        {
            return error.GetRpcStatus();
        }
        catch (InvalidProtocolBufferException)
        {
            // A proxy may have cut the trailer; the status itself still stands.
            return null;
        }
    }

    private static (ErrorReason, ErrorPolicy?) Look(string? name)
    {
        if (name is null)
            return (ErrorReason.Unspecified, null);
        const string prefix = "ERROR_REASON_";
        var values = ErrorReflection.Descriptor.EnumTypes.Single(e => e.Name == nameof(ErrorReason));
        var value = values.FindValueByName(name.StartsWith(prefix, StringComparison.Ordinal) ? name : prefix + name);
        return value is null
            ? (ErrorReason.Unspecified, null)
            : ((ErrorReason)value.Number, value.GetOptions()?.GetExtension(ErrorExtensions.Error));
    }

    private static string Fallback(StatusCode status) => status switch
    {
        StatusCode.Unavailable => "server.unreachable",
        StatusCode.DeadlineExceeded => "deadline_exceeded",
        StatusCode.Unauthenticated => "auth.unauthenticated",
        StatusCode.PermissionDenied => "auth.forbidden",
        _ => "grpc." + System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()),
    };

}
