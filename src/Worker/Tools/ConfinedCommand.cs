namespace Koda.Worker.Tools;

/// <summary>A command that is confined as far as that is possible, with what must last as long as it runs.</summary>
internal sealed class ConfinedCommand : IDisposable
{
    private static readonly string? s_setPriv = Executables.Find("setpriv");

    private readonly GuardedPaths? _guarded;
    private readonly StagedPaths? _staged;

    public ConfinedCommand(Sandbox sandbox, IReadOnlyList<string> command, Reach reach)
    {
        User = CommandUser.Of(reach.Workspace);
        if (sandbox.Missing is not null)
        {
            // A sandbox ends with the worker by itself.
            Line = WithWorker.Tree(User is not null && s_setPriv is not null ? User.Running(s_setPriv, command) : command);
            return;
        }
        _guarded = GuardedPaths.Hold(reach, User);
        try
        {
            _staged = new StagedPaths(reach.Outside, User);
            Line = sandbox.Wrap(command, reach with { More = [.. reach.More, .. _staged.Mounts], Guards = _guarded.Mounts }, User);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Who runs it. Null: the worker's own user.</summary>
    public CommandUser? User { get; }

    /// <summary>The command line to start. It is to lead a session of its own, so that all of it can be ended.</summary>
    public IReadOnlyList<string> Line { get; }

    /// <summary>Moves what it made outside of the workspace to its place.</summary>
    /// <exception cref="ToolException">Something else was made there meanwhile.</exception>
    public void Keep() => _staged?.Keep();

    public void Dispose()
    {
        _staged?.Dispose();
        _guarded?.Dispose();
    }
}
