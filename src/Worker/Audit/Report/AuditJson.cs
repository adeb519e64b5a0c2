using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Koda.Worker.Audit.Report;

/// <summary>Writes the findings for programs: a line of JSON for each.</summary>
internal static class AuditJson
{
    private const int LongestText = 28_000;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// As many findings as fit, then places worth a look, whose confidence is low, and a last line that counts:
    /// <c>{"findings": 12, "worth_a_look": 3, "given": 15, "files": 40, "scanned": 31}</c>.
    /// </summary>
    public static string Write(AuditResult result)
    {
        var lines = new List<string>();
        var length = 0;
        foreach (var finding in result.Findings.Concat(result.Doubtful))
        {
            var line = JsonSerializer.Serialize(
                new
                {
                    Rule = finding.Rule.Id,
                    Severity = finding.Severity.ToString(),
                    Confidence = Named(finding.Confidence),
                    Doubt = finding.Doubt is { } doubt ? Named(doubt) : null,
                    finding.Path,
                    finding.Line,
                    finding.Column,
                    finding.Fingerprint,
                    Message = finding.Rule.Title,
                    finding.Rule.Cwe,
                    Code = finding.Text,
                    Origin = Named(finding.Origin),
                },
                s_json);
            if ((length += line.Length + 1) > LongestText)
                break;
            lines.Add(line);
        }
        lines.Add(
            JsonSerializer.Serialize(
                new
                {
                    Findings = result.Findings.Count,
                    WorthALook = result.Doubtful.Count,
                    Given = lines.Count,
                    result.Coverage.Files,
                    result.Coverage.Scanned,
                },
                s_json));
        return string.Join('\n', lines);
    }

    private static string Named<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
