using System.Net;
using System.Net.Sockets;

namespace Koda.Testing;

/// <summary>
/// A TCP link to a server that can fall silent: connections stay open and carry nothing any more, as when the other end's machine is gone.
/// </summary>
public sealed class SilentLink : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _closed = new();
    private readonly EndPoint _server;
    private readonly Task _accepting;
    private volatile CancellationTokenSource _silence = new();
    private volatile bool _isSilent;

    /// <param name="server">Where it leads: a port, or a Unix socket.</param>
    public SilentLink(EndPoint server)
    {
        _server = server;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>The port on loopback.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing passes, over any connection, those that are opened meanwhile included.</summary>
    public void FallSilent()
    {
        _isSilent = true;
        _silence.Cancel();
    }

    /// <summary>New connections pass again. Those of before stay silent for ever.</summary>
    public void TakeNew()
    {
        _silence = new CancellationTokenSource();
        _isSilent = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Accept()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_closed.Token);
            _ = Link(client, _isSilent ? null : _silence);
        }
    }

    private async Task Link(TcpClient client, CancellationTokenSource? silence)
    {
        using var near = client;
        if (silence is null)
        {
            await StaySilent();
            return;
        }
        using var far = new Socket(
            _server.AddressFamily,
            SocketType.Stream,
            _server.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await far.ConnectAsync(_server, _closed.Token);
        await using var stream = new NetworkStream(far);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, silence.Token);
        Task[] parts = [near.GetStream().CopyToAsync(stream, over.Token), stream.CopyToAsync(near.GetStream(), over.Token)];
        await Task.WhenAny(parts);
        if (silence.IsCancellationRequested)
            await StaySilent();
        await over.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task StaySilent() => Task.Delay(Timeout.Infinite, _closed.Token).ContinueWith(_ => { }, TaskScheduler.Default);
}
