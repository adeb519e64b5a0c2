using System.Collections.Concurrent;
using Koda.Rpc.AspNetCore;
using Koda.Server.Engine.Audit;
using Koda.Server.Surfaces;

namespace Koda.Server.Hosting;

/// <summary>Records what break-glass tokens are used for: each method that an address calls, once a minute, so that a busy script does not fill the log.</summary>
internal sealed class BreakGlassWatch(AuditLog audit, TimeProvider clock) : ICallGuard
{
    private const int MaxRemembered = 1000;
    private static readonly TimeSpan s_once = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Address, string Method), long> _recorded = new();

    public ValueTask ArrivedAsync(RpcCallContext context) => ValueTask.CompletedTask;

    public ValueTask AdmittedAsync(RpcCallContext context) =>
        context.Principal is AuthenticatedPrincipal { Caller.Credential: CredentialKind.BreakGlass } ? Record(context) : ValueTask.CompletedTask;

    public ValueTask<RpcFault?> RefusedAsync(RpcCallContext context, CallFailure failure) => ValueTask.FromResult<RpcFault?>(null);

    private async ValueTask Record(RpcCallContext context)
    {
        var caller = CallerReading.From(context);
        var key = (caller.Address, context.Method);
        if (_recorded.TryGetValue(key, out var at) && clock.GetElapsedTime(at) < s_once)
            return;
        await audit.Record(caller, new SecurityEvent("security.auth.break_glass_used", $"rpc:{context.Method}"), context.CancellationToken);
        if (_recorded.Count >= MaxRemembered)
            _recorded.Clear();
        _recorded[key] = clock.GetTimestamp();
    }
}
