namespace Koda.Server.Engine.Tasks;

/// <summary>What a person asked of a task that cannot do it at once.</summary>
internal enum RequestedStop
{
    None,
    Pause,
    Cancel,
}
