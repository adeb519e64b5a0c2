using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Dispatch;

internal static partial class DispatchLog
{
    [LoggerMessage(1, LogLevel.Warning, "The offer of task {TaskId} could not be given back; it expires by itself.")]
    public static partial void OfferNotGivenBack(ILogger logger, Guid taskId, Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "Dispatching waits: {Loop} failed and is tried again.")]
    public static partial void LoopFailed(ILogger logger, string loop, Exception failure);

    [LoggerMessage(5, LogLevel.Error, "Dispatching met a fault: {Loop} is started again.")]
    public static partial void LoopFaulted(ILogger logger, string loop, Exception failure);

    [LoggerMessage(
        3, LogLevel.Information, "Worker {WorkerId} ({Name}, version {Version}) connected with {Slots} slots and {Held} held attempts.")]
    public static partial void WorkerConnected(ILogger logger, string workerId, string name, string version, int slots, int held);

    [LoggerMessage(6, LogLevel.Warning, "Worker {WorkerId} left, which could not be stored; it shows as connected for a while.")]
    public static partial void LeaveNotStored(ILogger logger, string workerId, Exception failure);

    [LoggerMessage(4, LogLevel.Warning, "Task {TaskId} could not be handed out: {Problem}")]
    public static partial void NotAssignable(ILogger logger, Guid taskId, string problem);
}
