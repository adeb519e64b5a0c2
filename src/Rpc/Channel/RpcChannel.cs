using System.Collections.Concurrent;
using Grpc.Core;
using Koda.Rpc.Calls;

namespace Koda.Rpc;

/// <summary>
/// HTTP/2 connections to one server, on which calls are made. Thread-safe; connections are made, and made again, as calls need them.
/// </summary>
public sealed class RpcChannel : ChannelBase, IDisposable
{
    private readonly HttpMessageInvoker[] _connections;
    private readonly ConcurrentDictionary<string, Uri> _addresses = new();
    private readonly HashSet<ClientCall> _activeCalls = [];
    private uint _nextConnection;
    private bool _disposed;

    private RpcChannel(Uri address, RpcChannelOptions options) : base(address.Authority)
    {
        Address = address;
        Options = options;
        var security = ChannelSecurity.For(address, options);
        Credentials = new CallCredentialsResolver(address, security, options);
        _connections = Transport.Connect(options, security);
        RetryThrottle = options.RetryThrottling is { } policy ? new RetryThrottle(policy) : null;
    }

    internal Uri Address { get; }

    internal RpcChannelOptions Options { get; }

    internal CallCredentialsResolver Credentials { get; }

    internal RetryThrottle? RetryThrottle { get; }

    /// <param name="address">The address of the server, such as <c>http://localhost:8090</c>. A path is ignored.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The address is no absolute http or https address, or the credentials do not fit it.</exception>
    public static RpcChannel ForAddress(string address, RpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? ForAddress(uri, options)
            : throw new ArgumentException($"'{address}' is not an absolute address such as http://localhost:8090.", nameof(address));
    }

    /// <inheritdoc cref="ForAddress(string, RpcChannelOptions)"/>
    public static RpcChannel ForAddress(Uri address, RpcChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"'{address}' is not an http or https address.", nameof(address));
        return new RpcChannel(address, options ?? new RpcChannelOptions());
    }

    public override CallInvoker CreateCallInvoker() => new RpcCallInvoker(this);

    /// <summary>Cancels the calls that run and closes the connections.</summary>
    public void Dispose()
    {
        ClientCall[] calls;
        lock (_activeCalls)
        {
            if (_disposed)
                return;
            _disposed = true;
            calls = [.. _activeCalls];
        }
        foreach (var call in calls)
            call.Dispose();
        foreach (var connection in _connections)
            connection.Dispose();
    }

    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <exception cref="ObjectDisposedException">The channel was disposed.</exception>
    internal void Add(ClientCall call)
    {
        lock (_activeCalls)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _activeCalls.Add(call);
        }
    }

    internal void Remove(ClientCall call)
    {
        lock (_activeCalls)
            _activeCalls.Remove(call);
    }

    internal Uri AddressOf(string method) => _addresses.GetOrAdd(method, static (path, address) => new Uri(address, path), Address);

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var index = _connections.Length == 1 ? 0 : Interlocked.Increment(ref _nextConnection) % (uint)_connections.Length;
        return _connections[index].SendAsync(request, cancellationToken);
    }
}
