using System.Threading.Channels;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Microsoft.Extensions.Logging;

namespace Koda.Worker.Mcp;

/// <summary>Tells the server of the worker's servers of tools: at the start, whenever something changes, and when it asks.</summary>
internal sealed class McpTelling(McpServers servers, Action<McpReport> tell, ILogger logger)
{
    // What is asked while servers are looked at is answered by one more look.
    private readonly Channel<long> _asked = Channel.CreateBounded<long>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Has the servers looked at again. Never waits.</summary>
    public void Refresh(long number) => _asked.Writer.TryWrite(number);

    public async Task Run(CancellationToken cancellationToken)
    {
        servers.Changed += Tell;
        try
        {
            await Look(0, cancellationToken);
            await foreach (var number in _asked.Reader.ReadAllAsync(cancellationToken))
                await Look(number, cancellationToken);
        }
        finally
        {
            servers.Changed -= Tell;
        }
    }

    private async Task Look(long number, CancellationToken cancellationToken)
    {
        try
        {
            await servers.Refresh(cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            logger.McpRefreshFailed(error);
        }
        var report = servers.Report();
        report.Refresh = number;
        tell(report);
    }

    private void Tell() => tell(servers.Report());
}
