namespace Koda.Worker.Providers;

/// <summary>
/// Gives the calls of an answer their ids. Results are told apart by them, so each is one of a kind in its conversation, whatever the
/// provider says.
/// </summary>
internal sealed class CallIds(IReadOnlyList<ModelMessage> messages)
{
    private readonly HashSet<string> _taken = [.. messages.SelectMany(message => message.ToolCalls).Select(call => call.CallId)];

    /// <summary>
    /// The id of a call: the provider's own, unless it gave none or one that is taken. The same whenever the same conversation is asked
    /// again.
    /// </summary>
    /// <param name="given">What the provider says. Empty: nothing.</param>
    /// <param name="number">Which call of the answer it is, from 0.</param>
    public string Take(string given, int number)
    {
        var id = given.Length > 0 ? given : $"call_{messages.Count}_{number}";
        for (var i = 0; !_taken.Add(id); i++)
            id = $"{(given.Length > 0 ? given : "call")}_{messages.Count}_{number}{(i == 0 ? "" : $"_{i}")}";
        return id;
    }
}
