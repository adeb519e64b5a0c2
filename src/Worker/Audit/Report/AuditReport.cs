using System.Globalization;
using System.Text;
using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Report;

/// <summary>Writes an audit for people, in Markdown: findings first, then what was looked for and where.</summary>
/// <param name="result">The audit.</param>
/// <param name="focus">What was asked for in particular.</param>
internal sealed class AuditReport(AuditResult result, AuditFocus focus)
{
    private const int PlacesShown = 6;
    private const int LongestLine = 180;
    private const int LongestPath = 400;
    private const int LongestFindings = 20_000;
    private const int DoubtfulShown = 20;

    private readonly StringBuilder _text = new();
    private readonly List<Finding> _notPrinted = [];

    public string Write()
    {
        _text.Append("# Security audit\n\n").Append(Summary()).Append("\n\n");
        if (focus.IsGiven)
        {
            var asked = result.Findings.Where(focus.Holds).ToList();
            WriteFindings($"Asked for: {focus.Description}", asked, NoneAsked());
            WriteFindings("Other findings", [.. result.Findings.Except(asked)], null);
        }
        else
        {
            WriteFindings("Findings", result.Findings, NoneAtAll());
        }
        WriteDoubtful();
        WriteCoverage();
        WriteKinds();
        return _text.ToString();
    }

    private string Summary()
    {
        var counts = Enum.GetValues<Severity>()
            .Select(severity => $"{severity}: {result.Findings.Count(finding => finding.Severity == severity)}");
        return $"**{result.Findings.Count} {(result.Findings.Count == 1 ? "finding" : "findings")}** ({string.Join(", ", counts)})"
            + (
                result.Doubtful.Count == 0
                    ? ""
                    : $", and {result.Doubtful.Count} {(result.Doubtful.Count == 1 ? "place" : "places")} worth a look");
    }

    private string NoneAsked()
    {
        var read = result.Coverage.Read.Where(file => focus.Holds(file.Path)).ToList();
        var rules = result
            .Rules.Where(rule => focus.Holds(rule) && rule.Languages.Intersect(read.Select(file => file.Language)).Any())
            .Select(rule => $"`{rule.Id}`")
            .ToList();
        return rules.Count == 0
            ? "Nothing was checked there: no rule about it reads a file that lies there."
            : $"None of these was found there, in {Files(read.Count)}: {string.Join(", ", rules)}. That is no proof of safety: rules see known forms only.";
    }

    private string NoneAtAll() => result.Coverage.Scanned == 0
        ? "Nothing was checked: no file is written in a language that the rules read."
        : "None of the kinds of fault listed below was found in the files that were read. That is no proof of safety: rules see known forms only.";

    private void WriteFindings(string heading, IReadOnlyList<Finding> findings, string? whenNone)
    {
        if (findings.Count == 0 && whenNone is null)
            return;
        _text.Append("## ").Append(heading).Append("\n\n");
        if (findings.Count == 0)
            _text.Append(whenNone).Append("\n\n");
        // The same rule at the same severity is explained once.
        foreach (var group in findings.GroupBy(finding => (finding.Severity, finding.Rule.Id)))
        {
            if (_text.Length < LongestFindings)
                WriteGroup([.. group]);
            else
                _notPrinted.AddRange(group);
        }
    }

    private void WriteGroup(IReadOnlyList<Finding> findings)
    {
        var rule = findings[0].Rule;
        _text.Append(CultureInfo.InvariantCulture, $"### {findings[0].Severity} {rule.Title} (`{rule.Id}`)\n\n");
        foreach (var finding in findings.Take(PlacesShown))
        {
            _text.Append(
                CultureInfo.InvariantCulture, $"- `{Shown(finding.Path)}:{finding.Line}:{finding.Column}`: `{Shorten(finding.Text)}`");
            _text.Append(finding.Origin == Origin.Input ? " (what a caller sends reaches it)\n" : "\n");
        }
        var printed = Math.Min(PlacesShown, findings.Count);
        for (; printed < findings.Count && _text.Length < LongestFindings; printed++)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"{(printed == PlacesShown ? "- and at " : ", ")}`{Shown(findings[printed].Path)}:{findings[printed].Line}:{findings[printed].Column}`"
            );
        _notPrinted.AddRange(findings.Skip(printed));
        _text.Append(CultureInfo.InvariantCulture, $"{(printed > PlacesShown ? "\n" : "")}\nAdvice: {rule.Advice} (CWE-{rule.Cwe})\n\n");
    }

    // A line for each: it is no finding, and must not take the eye from one.
    private void WriteDoubtful()
    {
        if (result.Doubtful.Count == 0)
            return;
        _text.Append(
            "## Worth a look\n\nThese have the form of a fault, but the code speaks against it. They are not counted as findings.\n\n");
        foreach (var group in result.Doubtful.OrderByDescending(focus.Holds).Take(DoubtfulShown).GroupBy(finding => finding.Doubt))
        {
            _text.Append(CultureInfo.InvariantCulture, $"{Against(group.Key)}:\n\n");
            foreach (var finding in group)
                _text.Append(
                    CultureInfo.InvariantCulture,
                    $"- `{Shown(finding.Path)}:{finding.Line}:{finding.Column}`: {finding.Rule.Title} (`{finding.Rule.Id}`, {finding.Severity})\n"
                );
            _text.Append('\n');
        }
        if (result.Doubtful.Count > DoubtfulShown)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"Not printed: {result.Doubtful.Count - DoubtfulShown} more. The format `json` gives them all.\n\n");
    }

    private void WriteCoverage()
    {
        var coverage = result.Coverage;
        _text.Append("## Coverage\n\n");
        _text.Append(CultureInfo.InvariantCulture, $"- Read by all rules: {coverage.Scanned} of {Files(coverage.Files)}");
        _text.Append(
            coverage.Scanned == 0
                ? ".\n"
                : $" ({string.Join(", ", coverage.ByLanguage.Select(each => $"{each.Language.Shown()} {each.Count}"))}).\n");
        if (coverage.CredentialsOnly > 0)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"- Read for leaked credentials only: {Files(coverage.CredentialsOnly)} that test, document, or are of a kind that no other rule reads.\n"
            );
        if (coverage.UnreadLanguages.Count > 0)
            _text
                .Append("- No rule reads code in these languages: ")
                .AppendJoin(", ", coverage.UnreadLanguages.Select(each => $"{each.Key} ({Files(each.Value)})"))
                .Append(".\n");
        if (coverage.Tooling > 0)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"- Read for credentials, TLS and settings only: {Files(coverage.Tooling)} that build or release the project.\n");
        foreach (var (why, count, examples) in coverage.NotRead)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"- Not read: {Files(count)} {Reason(why)}{(examples.Count == 0 ? "" : $": {string.Join(", ", examples.Select(path => $"`{Shown(path)}`"))}{(count > examples.Count ? ", …" : "")}")}.\n"
            );
        _text.Append(
            "- Not entered, and not counted: `.git`, `node_modules`, links, what `.gitignore` names, and what may hold credentials of this machine.\n"
        );
        if (coverage.IsCut)
            _text.Append(
                CultureInfo.InvariantCulture, $"- Cut: there are more than {Auditor.MaxFiles} files; the others were not looked at.\n");
        if (coverage.Repeated > 0)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"- Left out: {coverage.Repeated} further findings of rules that found too much of the same in one file.\n");
        if (_notPrinted.Count > 0)
            _text.Append(
                CultureInfo.InvariantCulture,
                $"- Not printed, for length: {_notPrinted.Count} findings ({string.Join(", ", _notPrinted.CountBy(finding => finding.Rule.Id).Select(each => $"`{each.Key}` {each.Value}"))}). Audit a part of the workspace to see them.\n"
            );
        if (focus.Unknown.Count > 0)
            _text.Append("- Asked for, but known to no rule and no path: ").AppendJoin(", ", focus.Unknown).Append(".\n");
    }

    private void WriteKinds()
    {
        _text.Append("\n## What was looked for\n\n");
        foreach (var (language, _) in result.Coverage.ByLanguage)
        {
            var ids = result
                .Rules.Where(rule => rule.Languages.Contains(language) && !rule.Languages.Contains(Language.Other))
                .Select(rule => rule.Id);
            _text.Append("- ").Append(language.Shown()).Append(": ").AppendJoin(", ", ids).Append(".\n");
        }
        _text
            .Append("- Every text that was read: ")
            .AppendJoin(", ", result.Rules.Where(rule => rule.Everywhere).Select(rule => rule.Id))
            .Append(".\n");
        _text
            .Append("- Every text that is no test and no document: ")
            .AppendJoin(
                ", ", result.Rules.Where(rule => !rule.Everywhere && rule.Languages.Contains(Language.Other)).Select(rule => rule.Id))
            .Append(".\n");
        _text.Append(
            "\nThe rules read one function of one file at a time: they do not follow data from one function into another, and they do not know missing "
        );
        _text.Append("checks of who may do what. Other kinds of fault were not looked for. A person should judge each finding.\n");
    }

    private static string Against(Doubt? doubt) => doubt switch
    {
        Doubt.NotShipped => "In an example or the like, which nobody runs in earnest",
        Doubt.Copied => "In a copy of another project's library, to be repaired there",
        Doubt.Accepted => "A comment says that it was looked at and is meant",
        Doubt.Switched => "Only where an option asks for it",
        Doubt.OwnCaller => "The value comes from the program itself or who runs it; no stranger is seen to reach it",
        Doubt.Protocol => "The code talks to another program, whose protocol decides it",
        Doubt.NoApplication => "It matters where the code is deployed; this is a library or a tool",
        _ => "What would make it harmful is not beside it",
    };

    private static string Reason(Skipped why) => why switch
    {
        Skipped.Made => "that were built, minified, vendored or locked by tools",
        Skipped.NotText => "that are no text in UTF-8",
        Skipped.Private => "that may not be read without asking",
        Skipped.TooLarge => $"larger than {Auditor.MaxBytes / 1024} KB",
        Skipped.TooComplex => "that take more work than one file is given",
        Skipped.ReaderFailed => "on which the reader of this audit failed, which is a fault of Koda",
        _ => "that could not be opened",
    };

    private static string Files(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "file" : "files")}");

    // A name may be long, and hold what Markdown or a terminal takes for more than text.
    private static string Shown(string path) =>
        string.Concat(path.Take(LongestPath).Select(character => char.IsControl(character) || character == '`' ? '?' : character))
        + (path.Length > LongestPath ? "…" : "");

    private static string Shorten(string text)
    {
        var line = Shown(text.Replace('`', '\'').Replace('\t', ' '));
        return line.Length <= LongestLine ? line : string.Concat(line.AsSpan(0, LongestLine), "…");
    }
}
