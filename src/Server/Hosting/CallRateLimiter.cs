using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.RateLimits;
using Koda.Server.Surfaces;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Hosting;

/// <summary>
/// Limits how often the control plane is called, with counters that all servers share. A method with a bucket of its own is counted there and nowhere
/// else; all others share one bucket an address. The runtime API is counted when a budget is set for it. Calls without a valid credential have one more, and are recorded.
/// </summary>
internal sealed class CallRateLimiter(RateLimitSettings settings, RateCountStore counts, KnownDeviceStore devices, AuditLog audit) : ICallGuard
{
    public ValueTask ArrivedAsync(RpcCallContext context)
    {
        if (IsRuntime(context) && settings.Budgets.GetValueOrDefault(RateLimitSettings.Runtime) is { } chosen)
            return Count(context, RateLimitSettings.Runtime, chosen, AddressOf(context.HttpContext));
        if (settings.IsOff || !IsLimited(context))
            return ValueTask.CompletedTask;
        var bucket = context.RpcMethod.Policy.RateBucket;
        if (bucket is null)
            return Count(context, RateLimitSettings.General, RateLimitSettings.Defaults[RateLimitSettings.General], AddressOf(context.HttpContext));
        return bucket.Key == RateKey.Unspecified ? CountCaller(context, bucket) : ValueTask.CompletedTask;
    }

    public ValueTask AdmittedAsync(RpcCallContext context) =>
        !settings.IsOff && IsLimited(context) && context.RpcMethod.Policy.RateBucket is { Key: RateKey.Principal } bucket
            ? Count(context, bucket.Name, RateBuckets.BudgetOf(bucket), context.Principal.Id)
            : ValueTask.CompletedTask;

    public async ValueTask<RpcFault?> RefusedAsync(RpcCallContext context, CallFailure failure)
    {
        if (!IsLimited(context))
            return null;
        var budget = settings.Of(RateLimitSettings.Refused, RateLimitSettings.Defaults[RateLimitSettings.Refused]);
        var count = budget is null ? null : await counts.Take(RateLimitSettings.Refused, AddressOf(context.HttpContext), budget, context.CancellationToken);
        if (count is { Refusal: not RateRefusal.None })
            return await TooMany(context, RateLimitSettings.Refused, budget!, count);
        await RecordDenial(context, failure);
        return null;
    }

    private static bool IsLimited(RpcCallContext context) => context.RpcMethod.Descriptor.File.Package == RateBuckets.Package;

    private static bool IsRuntime(RpcCallContext context) => context.RpcMethod.Descriptor.File.Package == RateBuckets.RuntimePackage;

    private async ValueTask Count(RpcCallContext context, string bucket, RateBudget usual, string subject)
    {
        if (settings.Of(bucket, usual) is not { } budget)
            return;
        var count = await counts.Take(bucket, subject, budget, context.CancellationToken);
        Announce(context.HttpContext, bucket, budget, count);
        if (count.Refusal != RateRefusal.None)
            throw await TooMany(context, bucket, budget, count);
    }

    /// <summary>The fields of the IETF's draft on rate limits: the window slides, so <c>t</c> is when the next call comes free.</summary>
    private static void Announce(HttpContext http, string bucket, RateBudget budget, RateCount count)
    {
        http.Response.Headers["RateLimit-Policy"] =
            string.Create(CultureInfo.InvariantCulture, $"\"{bucket}\";q={budget.Limit};w={(int)budget.Window.TotalSeconds}");
        http.Response.Headers["RateLimit"] =
            string.Create(CultureInfo.InvariantCulture, $"\"{bucket}\";r={Math.Max(budget.Limit - count.Used, 0)};t={Seconds(count)}");
    }

    private async ValueTask<RpcFault> TooMany(RpcCallContext context, string bucket, RateBudget budget, RateCount count)
    {
        // Once a window: a caller that does not stop must not fill the log.
        if (count.Refusal == RateRefusal.First)
        {
            var limited = new SecurityEvent("security.auth.rate_limited", $"rpc:{context.Method}", SecurityOutcome.Denied)
            {
                Details = new Dictionary<string, string> { ["bucket"] = bucket },
            };
            await audit.Record(CallerReading.From(context), limited, context.CancellationToken);
        }

        return new RpcFault(ErrorReason.AuthRateLimited, $"Too many calls: {budget.Limit} in {budget.Window.TotalSeconds:0} seconds are allowed, the next in {Seconds(count)} s.")
        {
            RetryAfter = count.Left,
            Details = new System.Text.Json.Nodes.JsonObject { ["bucket"] = bucket },
        };
    }

    private static int Seconds(RateCount count) => (int)Math.Ceiling(count.Left.TotalSeconds);

    private async ValueTask RecordDenial(RpcCallContext context, CallFailure failure)
    {
        // Acts that judge a password or a code record their refusals themselves.
        if (failure.Reason is not (ErrorReason.Unauthenticated or ErrorReason.SessionExpired or ErrorReason.PermissionDenied or ErrorReason.CrossSite))
            return;
        var denied = new SecurityEvent("security.auth.access_denied", $"rpc:{context.Method}", SecurityOutcome.Denied)
        {
            Details = new Dictionary<string, string> { ["code"] = failure.Description.Code },
        };
        await audit.Record(CallerReading.From(context), denied, context.CancellationToken);
    }

    // A known device is counted for itself: strangers who share its address, or a proxy that nobody told the server of, use nothing of its budget up.
    private async ValueTask CountCaller(RpcCallContext context, RateBucket bucket)
    {
        var secret = DeviceCookie.Read(context.HttpContext);
        var device = secret.Length > 0 ? await devices.Find(secret, context.CancellationToken) : null;
        await Count(context, bucket.Name, RateBuckets.BudgetOf(bucket), device is null ? AddressOf(context.HttpContext) : $"device:{device.Id}");
    }

    private static string AddressOf(HttpContext http) => Subscriber.Of(http.Connection.RemoteIpAddress);
}
