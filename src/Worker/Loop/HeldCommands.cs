using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Session;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>
/// The commands in the background of this worker's turns. They live as long as their turn, also while it waits for a person; but when
/// nobody comes back within some minutes they end, and what they printed is kept for whoever does.
/// </summary>
internal sealed class HeldCommands(TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a turn may wait with its commands running.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private const int Most = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Held> _held = [];

    /// <summary>
    /// The commands of an attempt's turn, those that an earlier attempt started included. What ended meanwhile is recorded.
    /// </summary>
    /// <param name="assignment">The attempt.</param>
    /// <param name="conversation">What is recorded of its turn.</param>
    /// <param name="recorder">Where those are recorded that a worker took along when it died.</param>
    /// <param name="log">Where the commands are told of during the attempt.</param>
    public async Task<BackgroundCommands> Take(Assignment assignment, Conversation conversation, Recorder recorder, IBackgroundLog log)
    {
        var held = Remove(Key(assignment));
        held?.Commands.Attach(log);
        var same = held?.TaskId == assignment.TaskId;
        if (!same && held is not null)
            await held.Commands.End(BackgroundEnded.TurnOver);
        foreach (var lost in conversation.Background.Where(started => held?.Commands.Has(started.Id) != true).ToList())
            recorder.Record(new BackgroundEnded(lost.CallId, lost.Id, "killed", BackgroundEnded.WorkerGone));
        if (same)
            return held!.Commands;
        var commands = new BackgroundCommands(conversation.BackgroundNumber);
        commands.Attach(log);
        return commands;
    }

    /// <summary>
    /// Ends the commands with the attempt's work when its turn is over, however it ends, and holds them when it goes on later.
    /// </summary>
    public async Task<AttemptOutcome> Run(Assignment assignment, BackgroundCommands commands, Task<AttemptOutcome> work)
    {
        var waits = false;
        try
        {
            var outcome = await work;
            waits =
                outcome
                    is AttemptOutcome.Suspended
                        or AttemptOutcome.Delegated
                        or AttemptOutcome.CooledDown
                        or AttemptOutcome.Failed { Retryable: true }
                        or AttemptOutcome.Stopped { Reason: StopReason.Pause };
            return outcome;
        }
        finally
        {
            if (!waits)
                await commands.End(BackgroundEnded.TurnOver);
            commands.Attach(null);
            if (waits && commands.Any)
                await Hold(Key(assignment), new Held(assignment.TaskId, commands, time));
        }
    }

    /// <summary>Ends the commands of a turn that will not go on.</summary>
    public void End(string taskId)
    {
        lock (_gate)
        {
            foreach (var held in _held.Values.Where(held => held.TaskId == taskId))
                _ = held.Commands.End(BackgroundEnded.TurnOver);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Held> all;
        lock (_gate)
            all = [.. _held.Values];
        foreach (var held in all)
        {
            await held.DisposeAsync();
            await held.Commands.End(BackgroundEnded.WorkerGone);
        }
    }

    private static string Key(Assignment assignment) => assignment.Turn is { } turn ? turn.ConversationId : assignment.TaskId;

    private async Task Hold(string key, Held held)
    {
        Held? oldest = null;
        lock (_gate)
        {
            if (_held.Count >= Most)
                _held.Remove(_held.MinBy(other => other.Value.Since).Key, out oldest);
            _held[key] = held;
        }
        if (oldest is null)
            return;
        await oldest.DisposeAsync();
        await oldest.Commands.End(BackgroundEnded.Idle);
    }

    private Held? Remove(string key)
    {
        lock (_gate)
        {
            if (!_held.Remove(key, out var held))
                return null;
            held.Come();
            return held;
        }
    }

    private sealed class Held : IAsyncDisposable
    {
        private readonly ITimer _patience;

        public Held(string taskId, BackgroundCommands commands, TimeProvider time)
        {
            (TaskId, Commands, Since) = (taskId, commands, time.GetTimestamp());
            _patience = time.CreateTimer(idle => _ = commands.End(BackgroundEnded.Idle), null, Patience, Timeout.InfiniteTimeSpan);
        }

        public string TaskId { get; }

        public BackgroundCommands Commands { get; }

        public long Since { get; }

        public void Come() => _patience.Dispose();

        public ValueTask DisposeAsync() => _patience.DisposeAsync();
    }
}
