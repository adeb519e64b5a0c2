using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc;

/// <summary>How an <see cref="RpcChannel"/> connects and what its calls are allowed.</summary>
public sealed class RpcChannelOptions
{
    /// <summary>Replaces the channel's own transport. Connection options below then have no effect.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes <see cref="HttpHandler"/>.</summary>
    public bool DisposeHttpHandler { get; set; }

    /// <summary>Null means what the scheme of the address says: cleartext for http, TLS for https.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>Credentials of every call, for TLS, or for cleartext if <see cref="UnsafeUseInsecureChannelCallCredentials"/>.</summary>
    public CallCredentials? CallCredentials { get; set; }

    /// <summary>Lets call credentials travel in cleartext, for example to a server on the same machine.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>Metadata that every call sends before its own.</summary>
    public Metadata? DefaultHeaders { get; set; }

    /// <summary>The largest message to receive, in bytes; null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = WireNames.DefaultMaxReceiveMessageSize;

    /// <summary>The largest message to send, in bytes; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Compresses requests with gzip. A single message opts out by <see cref="WriteFlags.NoCompress"/>.</summary>
    public bool CompressRequests { get; set; }

    /// <summary>How many connections the calls are spread over. Each grows into more when the server limits its streams.</summary>
    public int Connections { get; set; } = 1;

    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>After how much silence a connection with calls is pinged. Infinite, since servers may refuse frequent pings.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a ping may stay unanswered before the connection counts as lost.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Null for no retries.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Null for no throttling of retries.</summary>
    public RetryThrottlingPolicy? RetryThrottling { get; set; }

    /// <summary>How many bytes of a request stream are kept for a retry. A call that sends more is not retried any longer.</summary>
    public int MaxRetryBufferPerCallSize { get; set; } = 1024 * 1024;

    /// <summary>Measures deadlines and waits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
