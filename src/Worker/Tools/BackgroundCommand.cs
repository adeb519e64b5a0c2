using System.Text;

namespace Koda.Worker.Tools;

/// <summary>A command that runs while the agent does other things.</summary>
internal sealed class BackgroundCommand : IDisposable
{
    private const int MaxKept = 64 * 1024;
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringBuilder _unread = new();
    private readonly StringBuilder _unrecorded = new();
    private readonly Task _run;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IBackgroundLog? _log;
    private string? _end;
    private bool _endTold;
    private bool _cut;

    /// <param name="id">What the agent calls it.</param>
    /// <param name="line">The command line.</param>
    /// <param name="context">What the call that starts it works with.</param>
    /// <param name="log">Where it is told of. Null: nowhere yet.</param>
    public BackgroundCommand(string id, string line, ToolContext context, IBackgroundLog? log)
    {
        (Id, Line, Origin, _log) = (id, line, context.Origin, log);
        log?.Started(this);
        _run = Run(context with { CommandTimeout = s_longest, Output = (_, text) => Add(text) });
    }

    public string Id { get; }

    public string Line { get; }

    public CallOrigin Origin { get; }

    public bool Ended => _run.IsCompleted;

    /// <summary>Its exit code, or that it runs or was killed.</summary>
    public string State
    {
        get
        {
            lock (_gate)
                return _end ?? "running";
        }
    }

    /// <summary>Why it was ended by somebody else than the agent. Null: it was not.</summary>
    public string? Reason { get; private set; }

    /// <summary>What it printed since it was last asked, and whether something before that is left out.</summary>
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

    /// <summary>Waits until it prints something or ends.</summary>
    public Task News()
    {
        lock (_gate)
            return _unread.Length > 0 ? Task.CompletedTask : Task.WhenAny(_news.Task, _run);
    }

    /// <summary>
    /// Tells another log from now on, with what was printed while there was none. Null: nothing is told until there is one again.
    /// </summary>
    public void Attach(IBackgroundLog? log)
    {
        lock (_gate)
        {
            _log = log;
            if (_unrecorded.Length > 0)
                log?.Printed(this, _unrecorded.ToString());
            if (log is not null)
                _unrecorded.Clear();
            TellEnd();
        }
    }

    /// <summary>Kills it with everything that it started.</summary>
    /// <param name="reason">Why, when it is not the agent who wants it.</param>
    public async Task Kill(string? reason = null)
    {
        lock (_gate)
        {
            if (_end is null)
            {
                Reason = reason;
                _ = _stop.CancelAsync();
            }
        }
        await _run;
    }

    /// <summary>Lets go of what was needed to kill it. What it printed can still be read.</summary>
    public void Dispose() => _stop.Dispose();

    private async Task Run(ToolContext context)
    {
        var end = "killed";
        try
        {
            var result = await new Command(context, writable: true)
                .Run(["/bin/bash", "--noprofile", "--norc", "-c", Line], context.Secrets, _stop.Token);
            end = result.ExitCode is { } code ? $"exit code {code}" : end;
        }
        catch (OperationCanceledException)
        {
            // It is killed, which is how it ends.
        }
        catch (Exception error) when (error is ToolException or IOException or System.ComponentModel.Win32Exception)
        {
            Add($"{error.Message}\n");
            end = "not started";
        }
        lock (_gate)
        {
            _end = end;
            TellEnd();
        }
    }

    private void TellEnd()
    {
        if (_end is null || _log is null || _endTold)
            return;
        _endTold = true;
        _log.Ended(this);
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
            if (_log is null)
                _unrecorded.Append(text);
            else
                _log.Printed(this, text);
            _news.TrySetResult();
        }
    }
}
