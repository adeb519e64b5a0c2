namespace Koda.Rpc.AspNetCore;

/// <summary>The caller's idempotency key, from the header (gRPC: metadata) `idempotency-key`.</summary>
internal static class IdempotencyKey
{
    public const string Header = "idempotency-key";
    private const int MaxLength = 255;

    /// <exception cref="RpcFault">INVALID_REQUEST: the key is empty, too long, given twice, or not visible ASCII.</exception>
    public static string? Of(RpcCallContext context)
    {
        var values = context.HttpContext.Request.Headers[Header];
        if (values.Count == 0)
            return null;
        var key = values.Count == 1 ? values[0] : null;
        return key is { Length: > 0 and <= MaxLength } && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : throw RpcFault.Invalid(new FieldFault(Header, $"must be one value of 1 to {MaxLength} visible ASCII characters"));
    }
}
