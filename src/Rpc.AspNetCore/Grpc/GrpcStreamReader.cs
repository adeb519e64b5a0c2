using Grpc.Core;

namespace Koda.Rpc.AspNetCore;

/// <summary>The requests of a call that has many.</summary>
internal sealed class GrpcStreamReader<T>(GrpcCallContext context, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("MoveNext was not called, or returned false.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _current = null;
        if (!cancellationToken.CanBeCanceled || cancellationToken == context.CancellationToken)
        {
            _current = await context.ReadAsync(marshaller, context.CancellationToken);
        }
        else
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, context.CancellationToken);
            _current = await context.ReadAsync(marshaller, either.Token);
        }

        return _current is not null;
    }
}
