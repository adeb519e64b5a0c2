using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Dispatch;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>Gathers the signals that are ready into one message, so that a busy worker is not written to once a task.</summary>
internal static class SignalBatch
{
    /// <summary>More than this in one message would keep the worker waiting for the first of them.</summary>
    public const int MaxSignals = 256;

    public static void Add(Wire.WorkResponse message, WorkerSignal signal)
    {
        switch (signal)
        {
            case Offered offered:
                message.Offers.Add(AssignmentViews.From(offered.Assignment));
                break;
            case LeaseRenewed renewed:
                message.Renewed.Add(new Wire.LeaseRenewed
                {
                    Attempt = AssignmentViews.Ref(renewed.Attempt),
                    ExpiresAt = Timestamp.FromDateTimeOffset(renewed.ExpiresAt),
                });
                break;
            case LeasesHeld:
                message.LeasesHeld = true;
                break;
            case EventsRecorded recorded:
                message.Recorded.Add(new Wire.EventsRecorded
                {
                    Attempt = AssignmentViews.Ref(recorded.Attempt),
                    Batch = recorded.Batch,
                    LastSeq = recorded.LastSeq,
                });
                break;
            case AttemptClosed closed:
                message.Closed.Add(new Wire.AttemptClosed { Attempt = AssignmentViews.Ref(closed.Attempt) });
                break;
            case AttemptLost lost:
                message.Lost.Add(new Wire.AttemptLost { Attempt = AssignmentViews.Ref(lost.Attempt), Reason = lost.Reason });
                break;
            case StopRequested stop:
                message.StopRequests.Add(new Wire.StopRequest
                {
                    Attempt = AssignmentViews.Ref(stop.Attempt),
                    Reason = ReportReading.Reason(stop.Reason),
                });
                break;
            case TaskEnded ended:
                message.EndedTaskIds.Add(ended.TaskId.ToString());
                break;
            case McpRefreshRequested refresh:
                message.McpRefresh = new Wire.McpRefresh { Number = refresh.Number };
                break;
            case DrainRequested:
                message.Drain = true;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(signal), signal, "A signal without a message.");
        }
    }
}
