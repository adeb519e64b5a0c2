using System.Text;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>The text of a notification: the sender's id, then a line of topic and names for each topic; <c>*</c> for any name.</summary>
internal static class BroadcastMessage
{
    public const string Channel = "koda";

    private const int MaxBytes = 7900;
    private const string Any = "*";

    public static string Write(string serverId, IReadOnlyDictionary<string, HashSet<string>?> changes)
    {
        var text = Write(serverId, changes, topic => topic.Value is null ? [Any] : topic.Value);
        return Encoding.UTF8.GetByteCount(text) <= MaxBytes ? text : Write(serverId, changes, _ => [Any]);
    }

    /// <summary>The changes of another server. A null name stands for any.</summary>
    public static IEnumerable<(string Topic, string? Name)> Read(string text, string ownServerId)
    {
        var lines = text.Split('\n');
        if (lines[0] == ownServerId)
            yield break;
        foreach (var line in lines.Skip(1))
        {
            var words = line.Split(' ');
            foreach (var name in words.Skip(1))
                yield return (words[0], name == Any ? null : name);
        }
    }

    private static string Write(
        string serverId,
        IReadOnlyDictionary<string, HashSet<string>?> changes,
        Func<KeyValuePair<string, HashSet<string>?>, IEnumerable<string>> names) =>
        string.Join('\n', changes.Select(topic => $"{topic.Key} {string.Join(' ', names(topic))}").Prepend(serverId));
}
