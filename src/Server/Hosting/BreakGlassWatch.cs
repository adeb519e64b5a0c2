using System.Collections.Concurrent;
using Koda.Server.Http;
using Koda.Server.Engine.Audit;
using Koda.Server.Surfaces;

namespace Koda.Server.Hosting;

/// <summary>
/// Records what break-glass tokens are used for: each method that an address calls, once a minute, so that a busy script does not fill the
/// log.
/// </summary>
internal sealed class BreakGlassWatch(AuditLog audit, TimeProvider clock)
{
    private const int MaxRemembered = 1000;
    private static readonly TimeSpan s_once = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Address, string Method), long> _recorded = new();

    public ValueTask Admitted(RpcCall call) =>
        call.Principal is AuthenticatedPrincipal { Caller.Credential: CredentialKind.BreakGlass } ? Record(call) : ValueTask.CompletedTask;

    private async ValueTask Record(RpcCall call)
    {
        var caller = CallerReading.From(call.Http);
        var key = (caller.Address, call.Method.FullName);
        if (_recorded.TryGetValue(key, out var at) && clock.GetElapsedTime(at) < s_once)
            return;
        await audit.Record(
            caller, new SecurityEvent("security.auth.break_glass_used", $"rpc:{call.Method.FullName}"), call.Http.RequestAborted);
        if (_recorded.Count >= MaxRemembered)
            _recorded.Clear();
        _recorded[key] = clock.GetTimestamp();
    }
}
