using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>How the requests of a call are written.</summary>
internal readonly record struct RequestEncoding(int? MaxMessageSize, bool CompressByDefault, WriteFlags Flags)
{
    public static RequestEncoding For(RpcChannel channel, CallOptions options) =>
        new(channel.Options.MaxSendMessageSize, channel.Options.CompressRequests, options.WriteOptions?.Flags ?? WriteFlags.None);

    public RequestBody Encode<T>(T request, Marshaller<T> marshaller) =>
        SingleRequestBody.Create(request, marshaller, MaxMessageSize, Compresses(Flags));

    public bool Compresses(WriteFlags flags) => CompressByDefault && !flags.HasFlag(WriteFlags.NoCompress);
}
