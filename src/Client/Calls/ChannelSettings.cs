using Koda.Rpc;

namespace Koda.Client.Calls;

/// <summary>How the client's connections are kept.</summary>
internal static class ChannelSettings
{
    // A feed may be silent for hours; without pings a peer that vanished would look like one that has nothing to say.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    public static RpcChannelOptions Create() => new()
    {
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingTimeout = PingTimeout,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxReceiveMessageSize = null,
    };
}
