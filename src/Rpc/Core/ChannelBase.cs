namespace Grpc.Core;

/// <summary>Connections to one server, on which calls are made.</summary>
public abstract class ChannelBase(string target)
{
    /// <summary>The address of the server.</summary>
    public string Target { get; } = target ?? throw new ArgumentNullException(nameof(target));

    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel: its calls are cancelled and new ones are refused.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
