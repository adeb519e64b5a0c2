using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.RateLimits;
using Koda.Server.Surfaces;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Hosting;

/// <summary>
/// Limits how often methods are called, by the buckets that their contract declares and with counters that all servers share. A method with
/// a bucket of its own is counted there and nowhere else, the others in that of their service. Calls without a valid credential have one
/// more, and are recorded.
/// </summary>
internal sealed class CallLimits(RateLimitSettings settings, RateCountStore counts, KnownDeviceStore devices, AuditLog audit)
    : ICallRefusals
{
    /// <summary>Counts a call of which nothing is known but where it comes from.</summary>
    /// <exception cref="RpcFault">AUTH_RATE_LIMITED.</exception>
    public async ValueTask CountArrival(RpcCall call)
    {
        if (BudgetOf(call) is ({ Key: not RateKey.Principal } bucket, { } budget))
            await Count(call, bucket.Name, budget, bucket.Key == RateKey.Device ? await DeviceOf(call) : AddressOf(call));
    }

    /// <summary>Counts a call whose caller is known.</summary>
    /// <exception cref="RpcFault">AUTH_RATE_LIMITED.</exception>
    public ValueTask CountCaller(RpcCall call) => BudgetOf(call) is ({ Key: RateKey.Principal } bucket, { } budget)
        ? Count(call, bucket.Name, budget, call.Principal.Id)
        : ValueTask.CompletedTask;

    // A caller that gives the call no time, or goes away, is counted and recorded as well: none of this is cut short.
    public async ValueTask<RpcFault?> Refused(RpcCall call, CallFailure failure)
    {
        if (!call.Method.ServicePolicy.RecordsRefusals)
            return null;
        var budget = settings.Of(RateLimitSettings.Refused, RateLimitSettings.UsualRefused);
        var count = budget is null ? null : await counts.Take(RateLimitSettings.Refused, AddressOf(call), budget, CancellationToken.None);
        if (count is { Refusal: not RateRefusal.None })
            return await TooMany(call, RateLimitSettings.Refused, budget!, count);
        await RecordDenial(call, failure);
        return null;
    }

    /// <summary>The bucket of a call; without a budget when nothing limits it.</summary>
    private (RateBucket? Bucket, RateBudget? Budget) BudgetOf(RpcCall call) =>
        call.Method.RateBucket is { } bucket ? (bucket, settings.Of(bucket.Name, RateBuckets.BudgetOf(bucket))) : (null, null);

    private async ValueTask Count(RpcCall call, string bucket, RateBudget budget, string subject)
    {
        var count = await counts.Take(bucket, subject, budget, call.Http.RequestAborted);
        Announce(call.Http, bucket, budget, count);
        if (count.Refusal != RateRefusal.None)
            throw await TooMany(call, bucket, budget, count);
    }

    /// <summary>The fields of the IETF's draft on rate limits: the window slides, so <c>t</c> is when the next call comes free.</summary>
    private static void Announce(HttpContext http, string bucket, RateBudget budget, RateCount count)
    {
        http.Response.Headers["RateLimit-Policy"] =
            string.Create(CultureInfo.InvariantCulture, $"\"{bucket}\";q={budget.Limit};w={(int)budget.Window.TotalSeconds}");
        http.Response.Headers["RateLimit"] =
            string.Create(CultureInfo.InvariantCulture, $"\"{bucket}\";r={Math.Max(budget.Limit - count.Used, 0)};t={Seconds(count)}");
    }

    private async ValueTask<RpcFault> TooMany(RpcCall call, string bucket, RateBudget budget, RateCount count)
    {
        // Once a window: a caller that does not stop must not fill the log.
        if (count.Refusal == RateRefusal.First)
        {
            var limited = new SecurityEvent("security.auth.rate_limited", $"rpc:{call.Method.FullName}", SecurityOutcome.Denied)
            {
                Details = new Dictionary<string, string> { ["bucket"] = bucket },
            };
            await audit.Record(CallerReading.From(call.Http), limited, CancellationToken.None);
        }

        return new RpcFault(
            ErrorReason.AuthRateLimited,
            $"Too many calls: {budget.Limit} in {budget.Window.TotalSeconds:0} seconds are allowed, the next in {Seconds(count)} s.")
        {
            RetryAfter = count.Left,
            Details = new System.Text.Json.Nodes.JsonObject { ["bucket"] = bucket },
        };
    }

    private static int Seconds(RateCount count) => (int)Math.Ceiling(count.Left.TotalSeconds);

    private async ValueTask RecordDenial(RpcCall call, CallFailure failure)
    {
        // Acts that judge a password or a code record their refusals themselves.
        if (failure.Reason
            is not (ErrorReason.Unauthenticated or ErrorReason.SessionExpired or ErrorReason.PermissionDenied or ErrorReason.CrossSite))
            return;
        var denied = new SecurityEvent("security.auth.access_denied", $"rpc:{call.Method.FullName}", SecurityOutcome.Denied)
        {
            Details = new Dictionary<string, string> { ["code"] = failure.Description.Code },
        };
        await audit.Record(CallerReading.From(call.Http), denied, CancellationToken.None);
    }

    // A known device is counted for itself: strangers who share its address, or a proxy that nobody told the server of, use nothing of its
    // budget up.
    private async ValueTask<string> DeviceOf(RpcCall call)
    {
        var secret = DeviceCookie.Read(call.Http);
        var device = secret.Length > 0 ? await devices.Find(secret, call.Http.RequestAborted) : null;
        return device is null ? AddressOf(call) : $"device:{device.Id}";
    }

    private static string AddressOf(RpcCall call) => Subscriber.Of(call.Http.Connection.RemoteIpAddress);
}
