using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Koda.Server.Http;

/// <summary>
/// The address of an endpoint that nobody can connect to. Kestrel builds the pipeline of an endpoint only when it is bound;
/// binding this one yields a pipeline without opening anything.
/// </summary>
internal sealed class InertEndPoint(Func<string> name) : EndPoint
{
    public override string ToString() => name();
}

/// <summary>Binds <see cref="InertEndPoint"/>s.</summary>
internal sealed class InertTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is InertEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(new Listener(endpoint));

    private sealed class Listener(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            new(_unbound.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
