using Koda.Worker.Tools;

namespace Koda.Worker.Journal;

/// <content>What it knows of commands in the background.</content>
internal sealed partial class Conversation
{
    private readonly Dictionary<string, BackgroundStarted> _background = [];

    /// <summary>The commands that were started in the background and are not known to have ended.</summary>
    public IReadOnlyCollection<BackgroundStarted> Background => _background.Values;

    /// <summary>The highest number that such a command was given.</summary>
    public int BackgroundNumber { get; private set; }

    public void Apply(BackgroundStarted started)
    {
        _background[started.Id] = started;
        BackgroundNumber = Math.Max(BackgroundNumber, BackgroundCommands.NumberOf(started.Id));
    }

    public void Apply(BackgroundEnded ended)
    {
        if (_background.Remove(ended.Id, out var started) && ended.Reason == BackgroundEnded.WorkerGone)
            _notes.Add(
                $"The command {ended.Id} ({Shortened.HeadAndTail(started.Command, MaxNoted).Text}) ended with the worker that ran it in the background. Start it again if you need it."
            );
    }

    private const int MaxNoted = 200;
}
