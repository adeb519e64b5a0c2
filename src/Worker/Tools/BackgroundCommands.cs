namespace Koda.Worker.Tools;

/// <summary>The commands that run in the background of an attempt. They end with it, and what they printed until then is recorded.</summary>
internal sealed class BackgroundCommands
{
    private const int Most = 8;

    private readonly Lock _gate = new();
    private readonly List<BackgroundCommand> _commands = [];

    /// <summary>Starts a command.</summary>
    /// <exception cref="ToolException">Too many of them run.</exception>
    public BackgroundCommand Start(string line, ToolContext context)
    {
        lock (_gate)
        {
            if (_commands.Count(running => !running.Ended) >= Most)
                throw new ToolException($"{Most} commands run in the background already: end one of them first.");
            var command = new BackgroundCommand($"bg{_commands.Count + 1}", line, context);
            _commands.Add(command);
            return command;
        }
    }

    /// <exception cref="ToolException">There is none with this id.</exception>
    public BackgroundCommand Find(string id)
    {
        lock (_gate)
            return _commands.Find(command => command.Id == id)
                ?? throw new ToolException($"No command '{id}' runs in the background. Those that an earlier attempt started ended with it.");
    }

    /// <summary>Ends all commands when the work is over that they were started for, however it ends.</summary>
    public async Task<T> EndAfterAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        finally
        {
            foreach (var command in All())
                await command.DisposeAsync();
        }
    }

    private List<BackgroundCommand> All()
    {
        lock (_gate)
            return [.. _commands];
    }
}
