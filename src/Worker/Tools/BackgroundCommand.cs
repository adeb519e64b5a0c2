using System.Text;

namespace Koda.Worker.Tools;

/// <summary>A command that runs while the agent does other things.</summary>
internal sealed class BackgroundCommand : IAsyncDisposable
{
    private const int MaxKept = 64 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringBuilder _unread = new();
    private readonly Action<string, string> _later;
    private readonly Task<CommandResult?> _run;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _cut;

    public BackgroundCommand(string id, string line, ToolContext context)
    {
        (Id, Line, _later) = (id, line, context.Later);
        _run = RunAsync(context with { CommandTimeout = Longest, Output = (_, text) => Add(text) });
    }

    public string Id { get; }

    public string Line { get; }

    public bool Ended => _run.IsCompleted;

    /// <summary>What it printed since it was last asked, and how it is.</summary>
    public (string Text, bool Truncated) Read()
    {
        lock (_gate)
        {
            var text = $"{(_cut ? "… (earlier output left out) …\n" : "")}{_unread}";
            var cut = _cut;
            _unread.Clear();
            _cut = false;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (text, cut);
        }
    }

    /// <summary>Its exit code, or that it runs or was killed.</summary>
    public string State => !Ended ? "running" : _run.Result?.ExitCode is { } code ? $"exit code {code}" : "killed";

    /// <summary>Waits until it prints something or ends.</summary>
    public Task NewsAsync()
    {
        lock (_gate)
            return _unread.Length > 0 ? Task.CompletedTask : Task.WhenAny(_news.Task, _run);
    }

    /// <summary>Kills it with everything that it started.</summary>
    public async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    /// <summary>Kills it, and records what nobody has read.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Read().Text is { Length: > 0 } rest)
            _later("stdout", rest);
        _stop.Dispose();
    }

    private async Task<CommandResult?> RunAsync(ToolContext context)
    {
        try
        {
            return await new Command(context, writable: true)
                .RunAsync(["/bin/bash", "--noprofile", "--norc", "-c", Line], context.Secrets, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception error) when (error is ToolException or IOException or System.ComponentModel.Win32Exception)
        {
            Add($"{error.Message}\n");
            return null;
        }
    }

    private void Add(string text)
    {
        lock (_gate)
        {
            _unread.Append(text);
            if (_unread.Length > MaxKept)
            {
                _unread.Remove(0, _unread.Length - MaxKept);
                _cut = true;
            }
            _news.TrySetResult();
        }
    }
}
