using Grpc.Core;

namespace Koda.Rpc.AspNetCore;

/// <summary>The replies of a call that has many.</summary>
internal sealed class GrpcStreamWriter<T>(GrpcCallContext context, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    private WriteOptions? _options;
    private int _isWriting;

    public WriteOptions? WriteOptions
    {
        get => _options ?? context.WriteOptions;
        set => _options = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
            throw new InvalidOperationException("The previous write has not ended yet.");
        try
        {
            if (!cancellationToken.CanBeCanceled || cancellationToken == context.CancellationToken)
            {
                await context.WriteAsync(message, marshaller, WriteOptions, context.CancellationToken);
                return;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, context.CancellationToken);
            await context.WriteAsync(message, marshaller, WriteOptions, either.Token);
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }
}
