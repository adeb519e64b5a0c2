namespace Koda.Server.Engine.Dispatch;

/// <summary>Whether the dispatcher hands out work, and to how many workers.</summary>
internal interface IDispatcherState
{
    bool IsRunning { get; }

    /// <summary>Workers whose streams end at this server.</summary>
    int ConnectedWorkers { get; }
}
