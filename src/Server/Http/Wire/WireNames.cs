namespace Koda.Server.Http.Wire;

/// <summary>The header names and values that gRPC defines.</summary>
internal static class WireNames
{
    public const string ContentType = "application/grpc";

    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Timeout = "grpc-timeout";
    public const string RetryPushback = "grpc-retry-pushback-ms";
    public const string PreviousAttempts = "grpc-previous-rpc-attempts";

    public const string Identity = "identity";
    public const string Gzip = "gzip";

    /// <summary>What this runtime can decompress.</summary>
    public const string AcceptedEncodings = "identity,gzip";

}
