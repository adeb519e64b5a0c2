using System.Globalization;
using System.Text;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>Writes an audit for people, in Markdown: findings first.</summary>
internal static class AuditReport
{
    private const int PlacesShown = 6;
    private const int LongestLine = 180;

    public static string Write(Audit audit)
    {
        var text = new StringBuilder("# Security audit\n\n");
        text.Append(Summary(audit.Findings)).Append("\n\n");

        var focus = new AuditFocus(audit);
        if (focus.IsGiven)
        {
            var inFocus = audit.Findings.Where(focus.Holds).ToList();
            WriteFindings(text, $"Asked for: {focus.Description}", inFocus, "Nothing was found there.");
            WriteFindings(text, "Other findings", [.. audit.Findings.Except(inFocus)], null);
        }
        else
        {
            WriteFindings(text, "Findings", audit.Findings, "Nothing was found. That is no proof of safety: rules see known shapes only.");
        }

        WriteCoverage(text, audit);
        text.Append('\n').Append(OfflineProvider.Note)
            .Append(CultureInfo.InvariantCulture, $" {audit.RuleCount} fixed rules searched the text. ")
            .Append("They do not follow data through a program; a person should judge each finding.\n");
        return text.ToString();
    }

    private static string Summary(IReadOnlyList<Finding> findings)
    {
        var counts = Enum.GetValues<Severity>().Select(severity => $"{severity}: {findings.Count(finding => finding.Severity == severity)}");
        return $"**{findings.Count} {(findings.Count == 1 ? "finding" : "findings")}** ({string.Join(", ", counts)})";
    }

    private static void WriteFindings(StringBuilder text, string heading, IReadOnlyList<Finding> findings, string? whenNone)
    {
        if (findings.Count == 0 && whenNone is null)
            return;
        text.Append("## ").Append(heading).Append("\n\n");
        if (findings.Count == 0)
            text.Append(whenNone).Append("\n\n");
        // The same rule at the same severity is explained once.
        foreach (var group in findings.GroupBy(finding => (finding.Severity, finding.Rule.Id)))
            WriteGroup(text, [.. group]);
    }

    private static void WriteGroup(StringBuilder text, IReadOnlyList<Finding> findings)
    {
        var rule = findings[0].Rule;
        text.Append(CultureInfo.InvariantCulture, $"### {findings[0].Severity} {rule.Title} (`{rule.Id}`)\n\n");
        foreach (var finding in findings.Take(PlacesShown))
        {
            text.Append(CultureInfo.InvariantCulture, $"- `{finding.Path}:{finding.Line}`: `{Shorten(finding.Text)}`");
            text.Append(finding.IsInputNear ? " (what a caller sends is used near it)\n" : "\n");
        }
        if (findings.Count > PlacesShown)
        {
            var others = findings.Skip(PlacesShown).Select(finding => $"`{finding.Path}:{finding.Line}`");
            text.Append("- and at ").AppendJoin(", ", others).Append('\n');
        }
        text.Append("\nAdvice: ").Append(rule.Advice).Append("\n\n");
    }

    private static void WriteCoverage(StringBuilder text, Audit audit)
    {
        var roles = audit.Files.Paths.GroupBy(path => audit.Files.Of(path).Role).ToDictionary(group => group.Key, group => group.Count());
        int Count(params ReadOnlySpan<FileRole> wanted)
        {
            var sum = 0;
            foreach (var role in wanted)
                sum += roles.GetValueOrDefault(role);
            return sum;
        }

        text.Append("## Coverage\n\n");
        var scanned = Count(FileRole.Source, FileRole.Example, FileRole.Tooling);
        var credentialsOnly = Count(FileRole.Test, FileRole.Documentation);
        var skipped = Count(FileRole.Built, FileRole.Generated);
        text.Append(CultureInfo.InvariantCulture, $"- Scanned by all rules: {scanned} files of {audit.Files.Paths.Count}.\n");
        text.Append(CultureInfo.InvariantCulture, $"- Scanned for leaked credentials only: {credentialsOnly} tests and documents.\n");
        text.Append(CultureInfo.InvariantCulture, $"- Not scanned: {skipped} built, minified, vendored or lock files; ");
        text.Append("`node_modules`; binary files; what `.gitignore` names.\n");
        if (audit.Unconfirmed > 0)
            text.Append(CultureInfo.InvariantCulture, $"- Not decided: {audit.Unconfirmed} places whose surroundings were not read.\n");
        foreach (var gap in audit.Gaps)
            text.Append("- Not seen: ").Append(gap).Append(".\n");
    }

    private static string Shorten(string text)
    {
        var line = text.Replace('`', '\'');
        return line.Length <= LongestLine ? line : string.Concat(line.AsSpan(0, LongestLine), "…");
    }
}
