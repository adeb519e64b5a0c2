using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Koda.Server.Http;

/// <summary>One span and one duration a call, named as OpenTelemetry's conventions for RPC say.</summary>
internal sealed class CallTelemetry : IDisposable
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string SourceName = "Koda.Rpc";

    private static readonly ActivitySource s_source = new(SourceName);
    private readonly Histogram<double> _duration;
    private readonly Meter _meter;

    public CallTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(SourceName);
        _duration = _meter.CreateHistogram<double>("rpc.server.call.duration", "s", "The time from a call's start to its end.");
    }

    public void Dispose() => _meter.Dispose();

    internal static Activity? Start(RpcCall call)
    {
        if (!s_source.HasListeners())
            return null;
        var method = call.Method.Descriptor;
        var activity = s_source.StartActivity(method.FullName, ActivityKind.Server);
        activity?.SetTag("rpc.system", "grpc").SetTag("rpc.service", method.Service.FullName).SetTag("rpc.method", method.Name);
        return activity;
    }

    internal void Stop(Activity? activity, RpcCall call, TimeSpan elapsed)
    {
        var code = call.Failure?.Status.StatusCode ?? StatusCode.OK;
        if (activity is not null)
        {
            activity.SetTag("rpc.grpc.status_code", (int)code);
            if (IsServerError(code))
                activity.SetStatus(ActivityStatusCode.Error, code.ToWireName());
        }

        if (!_duration.Enabled)
            return;
        var method = call.Method.Descriptor;
        _duration.Record(elapsed.TotalSeconds, new TagList
        {
            { "rpc.system", "grpc" },
            { "rpc.service", method.Service.FullName },
            { "rpc.method", method.Name },
            { "rpc.grpc.status_code", (int)code },
        });
    }

    private static bool IsServerError(StatusCode code) => code
        is StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss or StatusCode.Unavailable
        or StatusCode.DeadlineExceeded or StatusCode.Unimplemented;
}
