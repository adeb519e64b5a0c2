using Koda.Worker.Providers;

namespace Koda.Worker.Context;

/// <summary>The newest part of a conversation, which is kept word for word.</summary>
internal static class RecentPart
{
    private const int Turns = 10;
    private const long Tokens = 40_000;

    /// <summary>
    /// Where it begins: at a message of the user or an answer of the model, whose results are all behind it. The number of messages: it is
    /// empty.
    /// </summary>
    /// <param name="messages">The messages.</param>
    /// <param name="window">How many tokens the model reads. At most a third of them is kept.</param>
    public static int Begin(IReadOnlyList<ModelMessage> messages, long window)
    {
        var begin = messages.Count;
        var tokens = 0L;
        var turns = 0;
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            tokens += TokenEstimate.Of(messages[i]);
            if (messages[i].Role == ModelRole.Tool)
                continue;
            // What was just found out is kept even when it is much: the model would only ask for it again.
            var most = begin == messages.Count ? window * 6 / 10 : Math.Min(Tokens, window / 3);
            if (tokens > most || turns == Turns)
                return begin;
            begin = i;
            turns += messages[i].Role == ModelRole.User ? 1 : 0;
        }
        return begin;
    }
}
