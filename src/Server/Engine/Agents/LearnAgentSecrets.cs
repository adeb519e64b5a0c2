using System.Security.Cryptography;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Agents;

/// <summary>
/// Keeps every server's knowledge of secret values up to date: at its start, when another server wrote one, and from time to time should
/// that news be lost.
/// </summary>
internal sealed partial class LearnAgentSecrets : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);

    private readonly AgentSecrets _secrets;
    private readonly TimeProvider _clock;
    private readonly ILogger<LearnAgentSecrets> _log;
    private readonly SemaphoreSlim _changed = new(0, 1);

    public LearnAgentSecrets(AgentSecrets secrets, Broadcast broadcast, TimeProvider clock, ILogger<LearnAgentSecrets> log)
    {
        _secrets = secrets;
        _clock = clock;
        _log = log;
        broadcast.OnChange(AgentSecrets.Topic, _ => Wake());
    }

    public override void Dispose()
    {
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = _clock.CreateTimer(_ => Wake(), null, s_every, s_every);
        try
        {
            while (true)
            {
                await LearnOrLog(stoppingToken);
                await _changed.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LearnOrLog(CancellationToken cancellationToken)
    {
        try
        {
            await _secrets.LearnAll(cancellationToken);
        }
        catch (Exception failure) when (failure is EngineException or CryptographicException)
        {
            NotLearned(_log, failure);
        }
    }

    private void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception full) when (full is SemaphoreFullException or ObjectDisposedException)
        {
            // Told already, or nobody listens any more.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The secrets of agents could not be read; until they are, only workers keep them out of the log.")]
    private static partial void NotLearned(ILogger logger, Exception failure);
}
