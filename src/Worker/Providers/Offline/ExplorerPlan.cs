using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline;

/// <summary>Looks for the words of the query, and says in which files they are.</summary>
internal sealed class ExplorerPlan : IOfflinePlan
{
    private const int FilesToRead = 3;
    private const int FilesToName = 15;
    private const int LinesAround = 6;

    public string Name => "offline-explorer";

    public Task<OfflineStep> Next(OfflineConversation conversation, CancellationToken cancellationToken) =>
        Task.FromResult(conversation.Steps switch
        {
            0 => Survey(conversation),
            1 when FilesByHits(conversation) is { Count: > 0 } files && conversation.Tools.Contains("read") => Read(files),
            _ => Report(conversation),
        });

    private static OfflineStep Survey(OfflineConversation conversation)
    {
        var words = QueryWords.Of(conversation.Query);
        var calls = new List<OfflineCall> { OfflineCall.List(".") };
        if (words.Count > 0)
            calls.Add(OfflineCall.Grep(string.Join('|', words.Select(Regex.Escape)), maxResults: 300, ignoreCase: true));
        else
            calls.Add(OfflineCall.Glob("**/*"));
        var available = calls.Where(call => conversation.Tools.Contains(call.Tool)).ToArray();
        return available.Length > 0
            ? new OfflineStep($"{OfflineProvider.Note} I look by rule for {Words(words)}.", available)
            : new OfflineStep($"{OfflineProvider.Note} I can only list, grep and read, and this agent has none of these tools.");
    }

    private static OfflineStep Read(IReadOnlyList<IGrouping<string, GrepLine>> files) => new(
        "Reading where most of it is.",
        [
            .. files.Take(FilesToRead).Select(file =>
                OfflineCall.Read(file.Key, Math.Max(1, file.First().Line - LinesAround), (2 * LinesAround) + 1)),
        ]);

    private static OfflineStep Report(OfflineConversation conversation)
    {
        var words = QueryWords.Of(conversation.Query);
        var files = FilesByHits(conversation);
        var text = new StringBuilder();
        text.Append("# ").Append(Words(words)).Append("\n\n");
        if (files.Count == 0)
            text.Append("No file of the workspace holds any of it.\n\n");
        foreach (var file in files.Take(FilesToName))
        {
            text.Append("- `").Append(file.Key).Append("`: lines ").AppendJoin(", ", file.Take(8).Select(line => line.Line));
            text.Append(file.Count() > 8 ? $" and {file.Count() - 8} more\n" : "\n");
        }
        if (files.Count > FilesToName)
            text.Append("- and ").Append(files.Count - FilesToName).Append(" more files\n");

        foreach (var read in conversation.Of("read").Where(read => !read.IsError))
            text.Append("\n## ").Append(read.Argument("path")).Append("\n\n```\n").Append(read.Text.TrimEnd()).Append("\n```\n");
        if (conversation.Of("list").FirstOrDefault(list => !list.IsError) is { } root)
            text.Append("\n## The workspace\n\n```\n").Append(root.Text.TrimEnd()).Append("\n```\n");
        foreach (var failed in conversation.Results.Where(result => result.IsError))
            text.Append("\nNot seen: ").Append(failed.Call.Tool).Append(" failed: ").Append(failed.Text).Append('\n');
        text.Append('\n').Append(OfflineProvider.Note).Append(" the words of the query were searched by rule. ");
        text.Append("Choose an agent with a model for an answer in its own words.\n");
        return new OfflineStep(text.ToString());
    }

    private static List<IGrouping<string, GrepLine>> FilesByHits(OfflineConversation conversation) =>
    [
        .. conversation.Of("grep").Where(grep => !grep.IsError).SelectMany(grep => GrepLine.Parse(grep.Text))
            .GroupBy(line => line.Path).OrderByDescending(file => file.Count()).ThenBy(file => file.Key, StringComparer.Ordinal),
    ];

    private static string Words(IReadOnlyList<string> words) => words.Count > 0 ? string.Join(", ", words) : "what the workspace holds";
}
