using Koda.Worker.Journal;
using Koda.Worker.Providers;

namespace Koda.Worker.Context;

/// <summary>Finds old results of tools that can be left out of prompts: the model can call the tools again.</summary>
internal static class Pruning
{
    private const long Protected = 40_000;
    private const long WorthIt = 20_000;
    private const long Small = 100;

    /// <returns>What to leave out; null when it is not worth losing the provider's cache.</returns>
    public static ContextPruned? Of(IReadOnlyList<ModelMessage> messages)
    {
        var newest = 0L;
        var saved = 0L;
        var old = new Stack<string>();
        foreach (var message in messages.Reverse())
        {
            if (message.Content is not [ToolResultBlock result, ..])
                continue;
            var tokens = TokenEstimate.Of(message);
            newest += tokens;
            if (newest - tokens < Protected || tokens < Small)
                continue;
            old.Push(result.CallId);
            saved += tokens;
        }
        return saved >= WorthIt ? new ContextPruned([.. old], saved) : null;
    }
}
