using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Project;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>What the rules find in one file.</summary>
/// <param name="pack">The rules.</param>
/// <param name="project">Gets what the file says about the project.</param>
internal sealed partial class FileScan(RulePack pack, ProjectFacts project)
{
    private const int MostOfARule = 40;
    private const int NameAbove = 1;

    private static readonly string[] s_toolingTopics = ["secrets", "tls", "configuration"];

    /// <summary>The findings, in the order of the file.</summary>
    /// <param name="path">The file, relative to the workspace.</param>
    /// <param name="role">What it is for.</param>
    /// <param name="text">All of it.</param>
    /// <param name="left">Counts what is not given, because a rule finds too much of the same.</param>
    /// <exception cref="TooComplexException">It cannot be read within the bounds for one file.</exception>
    public IReadOnlyList<Candidate> Run(string path, FileRole role, string text, ref int left)
    {
        var language = Languages.Of(path[(path.LastIndexOf('/') + 1)..]);
        var hits = Hits(language, role, text)
            .Where(hit => Counts(hit.Rule, role) && (hit.Source.Pattern.Path?.IsMatch(path) ?? true))
            .ToList();
        var candidates = new List<Candidate>();
        var seen = new Dictionary<string, int>();
        var places = new Places(text);
        foreach (var hit in Distinct(hits, places).OrderBy(hit => hit.Start))
        {
            if (candidates.Count(candidate => candidate.Hit.Rule == hit.Rule) == MostOfARule)
            {
                left++;
                continue;
            }
            var code = $"{hit.Rule.Id}\n{path}\n{hit.Code}";
            seen[code] = seen.TryGetValue(code, out var before) ? before + 1 : 0;
            var line = places.Line(hit.Start);
            var finding = new Finding(
                hit.Rule,
                SeverityOf(hit, role),
                path,
                line,
                places.Column(hit.Start),
                Shown(places, line, hit, text),
                hit.Origin,
                Fingerprint(code, seen[code]));
            candidates.Add(new Candidate(finding with { Doubt = DoubtOf(hit, role, places, line) }, hit));
        }
        return candidates;
    }

    private IEnumerable<Hit> Hits(Language language, FileRole role, string text)
    {
        var index = pack.Indexes[language];
        var hits = TextScan.Anything(text, index);
        if (role is FileRole.Test or FileRole.Documentation)
            return hits;
        if (language.IsCode())
        {
            var file = new CodeFile(language, text, pack.Flow[language]);
            hits = [.. hits.Concat(new CodeScan(file, index).Run())];
            if (role is FileRole.Source)
                project.AddCalls(file);
            return hits;
        }
        hits = hits.Concat(TextScan.Lines(text, language, index));
        return language == Language.Html && text.Contains("<script", StringComparison.OrdinalIgnoreCase)
            ? hits.Concat(
                new CodeScan(
                    new CodeFile(Language.Js, Comments.Scripts(Comments.Blanked(text, language)), pack.Flow[Language.Js]),
                    pack.Indexes[Language.Js]).Run())
            : hits;
    }

    // A key that works was given away, whatever stands around it.
    private static Doubt? DoubtOf(Hit hit, FileRole role, Places places, int line) =>
        hit.Rule.Everywhere ? null
        : role is FileRole.Example || (hit.Rule.Secret && IsOfTests(places, line)) ? Doubt.NotShipped
        : role is FileRole.Copied ? Doubt.Copied
        : Accepted.At(places, line, hit.Rule.Setting || hit.Rule.Protocol) ? Doubt.Accepted
        : hit.IsSwitched ? Doubt.Switched
        : null;

    // const testKey = `-----BEGIN …
    private static bool IsOfTests(Places places, int line) =>
        Enumerable.Range(line - NameAbove, NameAbove + 1).Any(at => at > 0 && NamedForTests().IsMatch(places.Text(at)));

    // Elsewhere than in sources only a leaked credential matters, wherever it stands; in what builds them, what they connect to besides.
    private static bool Counts(Rule rule, FileRole role) => role switch
    {
        FileRole.Test or FileRole.Documentation => rule.Everywhere,
        FileRole.Tooling => rule.Topics.Intersect(s_toolingTopics).Any(),
        _ => true,
    };

    // One fault may be described by several rules, or by one at several depths of an expression: the worst of them speaks for it.
    private static List<Hit> Distinct(IReadOnlyList<Hit> hits, Places places)
    {
        var kept = new List<Hit>();
        var lines = new HashSet<(string, int)>();
        foreach (
            var hit in hits.Where(hit => !hits.Any(other => other.Rule.Covers.Contains(hit.Rule.Id) && Overlap(hit, other)))
                .OrderBy(hit => hit.Rule.Severity)
                .ThenByDescending(hit => hit.Origin)
                .ThenBy(hit => hit.End - hit.Start))
        {
            if (!lines.Add((hit.Rule.Id, places.Line(hit.Start))) || kept.Exists(other => Same(hit, other)))
                continue;
            kept.Add(hit);
        }
        return kept;
    }

    private static bool Overlap(Hit one, Hit other) => one.Start < other.End && other.Start < one.End;

    private static bool Same(Hit one, Hit other) =>
        Overlap(one, other) && (one.Rule.Cwe == other.Rule.Cwe || (one.Rule.Secret && other.Rule.Secret));

    private static Severity SeverityOf(Hit hit, FileRole role)
    {
        var steps = role switch
        {
            FileRole.Example or FileRole.Tooling or FileRole.Documentation => 1,
            FileRole.Test => 2,
            _ => 0,
        };
        var severity = Math.Min((int)hit.Rule.Severity + steps, (int)Severity.P3);
        return (Severity)(hit.Origin == Origin.Input && !hit.Rule.Secret ? Math.Max(severity - 1, 0) : severity);
    }

    // A line of a secret is shown up to the secret only; what other rules call secret is not shown either.
    private string Shown(Places places, int line, Hit hit, string text)
    {
        var shown = places.Text(line);
        foreach (var rule in pack.Indexes[Language.Other].All.Where(rule => rule.Rule.Secret && rule.Pattern.Anything is not null))
        {
            foreach (Match match in rule.Pattern.Anything!.Matches(shown))
                shown = shown.Replace(Secret(match), SecretText.Hidden(Secret(match)), StringComparison.Ordinal);
        }
        if (!hit.Rule.Secret || shown.Contains(" characters redacted)", StringComparison.Ordinal))
            return shown;
        return Quoted.Hidden(shown, text[hit.Start..hit.End]);
    }

    private static string Secret(Match match) =>
        match.Groups["secret"] is { Success: true } secret ? secret.Value : match.Value;

    private static string Fingerprint(string code, int before) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{code}\n{before}")))[..16];

    [GeneratedRegex(@"^\W*(?:[\w*]+\s+){0,4}_?(?:test|testing|[tT]est[A-Z_])\w*\s*(?::=|=|:)", RegexOptions.NonBacktracking)]
    private static partial Regex NamedForTests();
}
