namespace Koda.Worker.Tools;

/// <summary>What a call works with.</summary>
internal sealed record ToolContext
{
    public required Workspace Workspace { get; init; }

    /// <summary>The SHA-256 of a file as the task last saw it, by path relative to the workspace. Null: it has not seen it.</summary>
    public required Func<string, string?> KnownDigest { get; init; }

    /// <summary>Streams output while the call runs: the name of the stream and the text.</summary>
    public required Action<string, string> Output { get; init; }

    /// <summary>Waits until a call may change files, of which it names some.</summary>
    public Func<IReadOnlyCollection<string>, CancellationToken, Task> BeforeChange { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>How long a command may run.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How commands are confined.</summary>
    public required Sandbox Sandbox { get; init; }

    /// <summary>Whether the worker was started to run commands without a sandbox where there is none.</summary>
    public bool UnconfinedCommands { get; init; }

    /// <summary>What a person must know of a command before it runs. Empty: it runs in a sandbox.</summary>
    public string Unconfined => Sandbox.Missing is not { } why ? ""
        : $"\n\nRuns without a sandbox: {why}{(UnconfinedCommands ? " This worker was started to do so (--unconfined-commands)." : "")}";

    /// <summary>The agent's secrets, for the environment of its commands and of nothing else.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>The paths outside of the workspace that the call was allowed to reach.</summary>
    public IReadOnlyList<OutsidePath> Outside { get; init; } = [];

    /// <summary>Whether a file, by its path relative to the workspace, may be read without asking: searches leave the others out.</summary>
    public Func<string, bool> MayRead { get; init; } = _ => true;

    /// <summary>The list of what is to be done.</summary>
    public Func<IReadOnlyList<TodoItem>> Todo { get; init; } = () => [];

    /// <summary>The commands that run in the background.</summary>
    public BackgroundCommands Background { get; init; } = new();

    /// <summary>The call itself.</summary>
    public CallOrigin Origin { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The same with paths outside of the workspace that may be reached.</summary>
    public ToolContext Reaching(IReadOnlyList<OutsidePath> outside) =>
        outside.Count == 0 ? this : this with { Outside = outside, Workspace = Workspace.Reaching(outside) };
}
