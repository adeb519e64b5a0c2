using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Koda.Testing;

/// <summary>A TCP link to a server that can keep back what is sent to it, as a slow network would, until it is let through.</summary>
public sealed class HeldLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Uri _server;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = Opened();
    private long _kept;

    public HeldLink(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many bytes came since <see cref="Hold"/>.</summary>
    public long Kept => Interlocked.Read(ref _kept);

    public void Hold()
    {
        Interlocked.Exchange(ref _kept, 0);
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void LetThrough() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        LetThrough();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_closed.Token);
            _ = Link(client);
        }
    }

    private async Task Link(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(_server.Host, _server.Port, _closed.Token);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        // What is held is collected, so that the sender is never made to wait.
        var sent = Channel.CreateUnbounded<byte[]>();
        Task[] parts =
        [
            Collect(near.GetStream(), sent.Writer, over.Token),
            PassOn(sent.Reader, far.GetStream(), over.Token),
            far.GetStream().CopyToAsync(near.GetStream(), over.Token),
        ];
        await Task.WhenAny(parts);
        await over.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Collect(NetworkStream from, ChannelWriter<byte[]> sent, CancellationToken over)
    {
        var buffer = new byte[64 * 1024];
        int length;
        while ((length = await from.ReadAsync(buffer, over)) > 0)
        {
            Interlocked.Add(ref _kept, length);
            sent.TryWrite(buffer[..length]);
        }
    }

    private async Task PassOn(ChannelReader<byte[]> sent, NetworkStream to, CancellationToken over)
    {
        await foreach (var piece in sent.ReadAllAsync(over))
        {
            await _open.Task.WaitAsync(over);
            await to.WriteAsync(piece, over);
        }
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
