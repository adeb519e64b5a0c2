namespace Koda.Worker.Providers.Offline.Security;

/// <summary>Audits the workspace with a rule pack: looks at what there is, searches, reads around what it found, reports.</summary>
internal sealed class SecurityPlan(RulePack pack) : IOfflinePlan
{
    private const int MaxResults = 400;
    private const int FilesToRead = 14;
    private const int LinesAround = 25;
    private const int LongestRead = 1500;

    // What the tools and the loop write where a result leaves something out.
    private static readonly string[] s_marksOfMore = ["(there are more", " characters left out)"];

    public string Name => "offline-security-rules";

    public Task<OfflineStep> NextAsync(OfflineConversation conversation, CancellationToken ct) => Task.FromResult(Next(conversation));

    private OfflineStep Next(OfflineConversation conversation)
    {
        if (!conversation.Tools.Contains("grep"))
        {
            return new OfflineStep(
                $"The security rules need the tool grep, which this agent does not have.\n\n{OfflineProvider.Note} this is a fixed answer.");
        }

        switch (conversation.Steps)
        {
            case 0:
                OfflineCall[] survey = [OfflineCall.List("."), OfflineCall.Glob("**/*")];
                return new OfflineStep(
                    $"{OfflineProvider.Note} I check the workspace with {pack.Rules.Count()} security rules. First, what is there.",
                    [.. survey.Where(call => conversation.Tools.Contains(call.Tool)), .. conversation.Tools.Contains("glob") ? [] : Searches()]);
            case 1 when !conversation.Of("grep").Any():
                return new OfflineStep("Searching for what the rules describe.", [.. Searches()]);
        }

        var candidates = Candidates(conversation);
        var reads = Reads(candidates);
        if (reads.Count > 0 && conversation.Tools.Contains("read") && !conversation.Of("read").Any())
            return new OfflineStep($"{candidates.Count} places to look at. Reading around them.", [.. reads]);
        return new OfflineStep(AuditReport.Write(Review(conversation, candidates)));
    }

    private IEnumerable<OfflineCall> Searches() => pack.Groups.Select(group => OfflineCall.Grep(group.Pattern, MaxResults));

    private List<Candidate> Candidates(OfflineConversation conversation)
    {
        var workspace = Files(conversation);
        var results = conversation.Of("grep").Where(grep => !grep.IsError).ToLookup(grep => grep.Argument("pattern"));
        return
        [
            .. pack.Groups.SelectMany(group =>
                CandidateSearch.Find(group, [.. results[group.Pattern].SelectMany(grep => GrepLine.Parse(grep.Text))], workspace)),
        ];
    }

    private static WorkspaceFiles Files(OfflineConversation conversation) => new(
    [
        .. conversation.Of("glob").Where(glob => !glob.IsError).SelectMany(glob => glob.Text.Split('\n'))
            .Where(path => path.Length > 0 && path[0] != '('),
    ]);

    private static List<OfflineCall> Reads(List<Candidate> candidates) =>
    [
        .. candidates.Where(candidate => candidate.NeedsReading)
            .GroupBy(candidate => candidate.Line.Path)
            .OrderBy(file => file.Min(candidate => candidate.Rule.Severity)).ThenBy(file => file.Key, StringComparer.Ordinal)
            .Take(FilesToRead)
            .Select(file =>
            {
                var first = Math.Max(1, file.Min(candidate => candidate.Line.Line) - LinesAround);
                var last = file.Max(candidate => candidate.Line.Line) + LinesAround;
                return OfflineCall.Read(file.Key, first, Math.Min(last - first + 1, LongestRead));
            }),
    ];

    private Audit Review(OfflineConversation conversation, List<Candidate> candidates)
    {
        var read = conversation.Of("read").Where(read => !read.IsError)
            .ToDictionary(read => read.Argument("path")!, read => ReadLines.Parse(read.Text));
        SortedDictionary<int, string>? LinesOf(Candidate candidate) =>
            read.TryGetValue(candidate.Line.Path, out var lines) && lines.ContainsKey(candidate.Line.Line) ? lines : null;

        var secrets = pack.Rules.Where(rule => rule.Secret).ToList();
        return new Audit
        {
            Query = conversation.Query,
            RuleCount = pack.Rules.Count(),
            Tags = pack.Rules.SelectMany(rule => rule.Tags).ToHashSet(StringComparer.Ordinal),
            Files = Files(conversation),
            Findings =
            [
                .. candidates.Select(candidate => CandidateReview.Decide(candidate, LinesOf(candidate), secrets)).OfType<Finding>()
                    .OrderBy(finding => finding.Severity)
                    .ThenBy(finding => finding.Path, StringComparer.Ordinal)
                    .ThenBy(finding => finding.Line),
            ],
            Unconfirmed = candidates.Count(candidate => candidate.Rule.Near is not null && LinesOf(candidate) is null),
            Gaps = [.. Gaps(conversation)],
        };
    }

    private IEnumerable<string> Gaps(OfflineConversation conversation)
    {
        var names = pack.Groups.ToDictionary(group => group.Pattern, group => group.Name);
        foreach (var result in conversation.Results)
        {
            var what = result.Call.Tool == "grep" && result.Argument("pattern") is { } pattern && names.TryGetValue(pattern, out var name)
                ? $"the search for {name}"
                : $"{result.Call.Tool} {result.Argument("path") ?? result.Argument("pattern")}";
            if (result.IsError)
                yield return $"{what} failed: {result.Text.Split('\n')[0]}";
            else if (result.Call.Tool != "read" && s_marksOfMore.Any(mark => result.Text.Contains(mark, StringComparison.Ordinal)))
                yield return $"{what} found more than one answer holds; the rest was not looked at";
        }
    }
}
