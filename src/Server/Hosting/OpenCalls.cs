using System.Collections.Concurrent;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Principals;
using Koda.Server.Surfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Hosting;

/// <summary>
/// Ends streams whose credential is revoked or expires while they are open: at once when this server hears of it, else when it looks, which
/// it does as long as streams are open.
/// </summary>
internal sealed partial class OpenCalls : BackgroundService
{
    private readonly ConcurrentDictionary<RpcCall, AuthenticatedCaller> _calls = new();
    private readonly CredentialMemory _memory;
    private readonly FindEndedCredentials _findEnded;
    private readonly TimeProvider _clock;
    private readonly ILogger<OpenCalls> _log;

    public OpenCalls(CredentialMemory memory, FindEndedCredentials findEnded, TimeProvider clock, ILogger<OpenCalls> log)
    {
        _memory = memory;
        _findEnded = findEnded;
        _clock = clock;
        _log = log;
        memory.Ended += id =>
        {
            if (id is { } ended)
                End(ended);
        };
    }

    public void Admitted(RpcCall call)
    {
        if (call.Method.Type == MethodType.Unary
            || call.Principal is not AuthenticatedPrincipal { Caller: { CredentialId: not null } caller })
            return;
        _calls[call] = caller;
        call.Http.Response.OnCompleted(() =>
        {
            _calls.TryRemove(call, out _);
            return Task.CompletedTask;
        });
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CredentialMemory.RememberedFor, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!_calls.IsEmpty)
                    await Look(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Look(CancellationToken cancellationToken)
    {
        try
        {
            var used = _calls.Values.Select(caller => caller.CredentialId!.Value).Distinct();
            foreach (var id in await _findEnded.Execute(used, cancellationToken))
                _memory.Over(id);
        }
        catch (EngineException failure)
        {
            CannotLook(_log, failure);
        }
    }

    private void End(Guid credentialId)
    {
        foreach (var (call, caller) in _calls)
        {
            if (caller.CredentialId == credentialId)
            {
                call.End(caller.Credential == CredentialKind.Session
                    ? new RpcFault(ErrorReason.SessionExpired, "The session has expired, or was revoked.")
                    : new RpcFault(ErrorReason.Unauthenticated, "The token has expired, or was revoked."));
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The credentials of open streams could not be looked at; trying again.")]
    private static partial void CannotLook(ILogger logger, Exception failure);
}
