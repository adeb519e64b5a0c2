using Grpc.Core;

namespace Koda.Server.Http;

/// <summary>A call by gRPC or gRPC-Web: what is said of its reply goes to the context of ASP.NET's gRPC.</summary>
internal sealed class GrpcCallContext(RpcCall call, ServerCallContext inner) : RpcCallContext(call)
{
    protected override Metadata ResponseTrailersCore => inner.ResponseTrailers;

    protected override WriteOptions? WriteOptionsCore
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => inner.WriteResponseHeadersAsync(responseHeaders);
}
