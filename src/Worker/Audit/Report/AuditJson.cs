using System.Text.Encodings.Web;
using System.Text.Json;

namespace Koda.Worker.Audit.Report;

/// <summary>Writes the findings for programs: a line of JSON for each.</summary>
internal static class AuditJson
{
    private const int LongestText = 28_000;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>As many findings as fit, and a last line that counts: <c>{"findings": 12, "given": 12, "files": 40, "scanned": 31}</c>.</summary>
    public static string Write(AuditResult result)
    {
        var lines = new List<string>();
        var length = 0;
        foreach (var finding in result.Findings)
        {
            var line = JsonSerializer.Serialize(
                new
                {
                    Rule = finding.Rule.Id,
                    Severity = finding.Severity.ToString(),
                    finding.Path,
                    finding.Line,
                    finding.Column,
                    finding.Fingerprint,
                    Message = finding.Rule.Title,
                    finding.Rule.Cwe,
                    Code = finding.Text,
                    Origin = JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Origin.ToString()),
                },
                s_json);
            if ((length += line.Length + 1) > LongestText)
                break;
            lines.Add(line);
        }
        lines.Add(JsonSerializer.Serialize(new { Findings = result.Findings.Count, Given = lines.Count, result.Coverage.Files, result.Coverage.Scanned }, s_json));
        return string.Join('\n', lines);
    }
}
