using System.Net;
using System.Net.Sockets;

namespace Koda.Rpc.Tests.Channel;

/// <summary>Passes one connection on until it is frozen; then it stays open and silent, like a peer that lost its network.</summary>
internal sealed class FreezingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _frozen = new();
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    public FreezingProxy(Uri server)
    {
        _listener.Start();
        _running = RunAsync(server);
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public void Freeze() => _frozen.Cancel();

    public async ValueTask DisposeAsync()
    {
        Freeze();
        _closing.SetResult();
        _listener.Stop();
        await _running;
        _frozen.Dispose();
    }

    private async Task RunAsync(Uri server)
    {
        using var client = await _listener.AcceptTcpClientAsync(CancellationToken.None);
        using var target = new TcpClient();
        await target.ConnectAsync(server.Host, server.Port);
        await Task.WhenAll(CopyAsync(client, target), CopyAsync(target, client));
        await _closing.Task;
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), _frozen.Token);
        }
        catch (OperationCanceledException)
        {
            // Frozen: the connection stays as it is.
        }
    }
}
