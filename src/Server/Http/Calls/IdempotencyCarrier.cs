using Google.Protobuf;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>The caller's idempotency key, from the header (gRPC: metadata) `idempotency-key`.</summary>
internal static class IdempotencyCarrier
{
    public const string Header = "idempotency-key";
    private const int MaxLength = 255;

    private const string Field = "request_id";

    /// <summary>The key where the method's policy says that it is carried; null when it is not given.</summary>
    /// <exception cref="RpcFault">INVALID_REQUEST: the key is too long, or not visible ASCII.</exception>
    public static string? Of(RpcCall call, IMessage request)
    {
        if (call.Method.Policy.Idempotency != Idempotency.RequestId)
            return Of(call);
        var key = (string)request.Descriptor.FindFieldByName(Field).Accessor.GetValue(request);
        return key.Length == 0 ? null
            : IsKey(key) ? key
            : throw RpcFault.Invalid(new FieldFault(Field, $"must be of 1 to {MaxLength} visible ASCII characters"));
    }

    /// <exception cref="RpcFault">INVALID_REQUEST: the key is empty, too long, given twice, or not visible ASCII.</exception>
    public static string? Of(RpcCall call)
    {
        var values = call.Http.Request.Headers[Header];
        if (values.Count == 0)
            return null;
        var key = values.Count == 1 ? values[0] : null;
        return key is not null && IsKey(key)
            ? key
            : throw RpcFault.Invalid(new FieldFault(Header, $"must be one value of 1 to {MaxLength} visible ASCII characters"));
    }

    private static bool IsKey(string key) => key is { Length: > 0 and <= MaxLength } && !key.AsSpan().ContainsAnyExceptInRange('!', '~');
}
