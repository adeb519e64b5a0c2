using Google.Protobuf;
using Grpc.Core;

namespace Koda.Server.Http;

/// <summary>Gives a handler requests of its own type from a face that knows only messages.</summary>
internal sealed class DowncastReader<T>(IAsyncStreamReader<IMessage> inner) : IAsyncStreamReader<T>
    where T : class
{
    public T Current => (T)inner.Current;

    public Task<bool> MoveNext(CancellationToken cancellationToken) => inner.MoveNext(cancellationToken);
}

/// <summary>Takes replies of a handler's own type for a face that knows only messages.</summary>
internal sealed class DowncastWriter<T>(IServerStreamWriter<IMessage> inner) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => inner.WriteAsync((IMessage)message);

    public Task WriteAsync(T message, CancellationToken cancellationToken) => inner.WriteAsync((IMessage)message, cancellationToken);
}
