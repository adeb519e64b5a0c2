namespace Koda.Worker.Tools;

/// <summary>The commands that run in the background of one turn. They go on between its attempts.</summary>
/// <param name="started">How many the conversation has started before, so that no id comes twice.</param>
internal sealed class BackgroundCommands(int started = 0)
{
    private const int Most = 8;
    private const string Prefix = "bg";

    private readonly Lock _gate = new();
    private readonly List<BackgroundCommand> _commands = [];
    private IBackgroundLog? _log;
    private int _number = started;

    /// <summary>The number in an id that a command was given. 0: it is none.</summary>
    public static int NumberOf(string id) =>
        id.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(id[Prefix.Length..], out var number) ? number : 0;

    /// <summary>Whether there is one that runs, or has something to say.</summary>
    public bool Any => All().Count > 0;

    /// <summary>Starts a command.</summary>
    /// <exception cref="ToolException">Too many of them run.</exception>
    public BackgroundCommand Start(string line, ToolContext context)
    {
        lock (_gate)
        {
            if (_commands.Count(running => !running.Ended) >= Most)
                throw new ToolException($"{Most} commands run in the background already: end one of them first.");
            var command = new BackgroundCommand($"{Prefix}{++_number}", line, context, _log);
            _commands.Add(command);
            return command;
        }
    }

    /// <exception cref="ToolException">There is none with this id.</exception>
    public BackgroundCommand Find(string id) =>
        All().Find(command => command.Id == id)
        ?? throw new ToolException(
            $"No command '{id}' runs in the background. Those of an earlier turn, and of a worker that is gone, have ended.");

    public bool Has(string id) => All().Exists(command => command.Id == id);

    /// <summary>Tells another log from now on. Null: none for the time being; what happens meanwhile is told to the next one.</summary>
    public void Attach(IBackgroundLog? log)
    {
        lock (_gate)
        {
            _log = log;
            foreach (var command in _commands)
                command.Attach(log);
        }
    }

    /// <summary>Kills all of them. What they printed can still be read.</summary>
    public async Task End(string reason)
    {
        var all = All();
        await Task.WhenAll(all.Select(command => command.Kill(reason)));
        foreach (var command in all)
            command.Dispose();
    }

    private List<BackgroundCommand> All()
    {
        lock (_gate)
            return [.. _commands];
    }
}
