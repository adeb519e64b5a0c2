namespace Koda.Cli.Chat;

/// <summary>What goes along with the next message: the output of commands, the text of skills.</summary>
internal sealed class MessageContext
{
    private readonly List<(string Name, string Text)> _parts = [];

    /// <summary>The names of what goes along, in words. Empty: nothing does.</summary>
    public string Names => string.Join(", ", _parts.Select(part => part.Name));

    public void Add(string name, string text) => _parts.Add((name, text));

    /// <summary>Leaves out what was to go along.</summary>
    public void Drop() => _parts.Clear();

    /// <summary>The message with what goes along; from then on nothing does.</summary>
    public string Join(string message)
    {
        var joined = string.Concat([message, .. _parts.Select(part => $"\n\n{part.Text}")]);
        Drop();
        return joined;
    }
}
