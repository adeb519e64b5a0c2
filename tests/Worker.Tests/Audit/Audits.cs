using System.Text;
using Koda.Worker.Audit;
using Koda.Worker.Audit.Report;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Tests.Audit;

/// <summary>Audits of files that are held in memory.</summary>
internal static class Audits
{
    public static Task<AuditResult> Of(params (string Path, string Text)[] files) =>
        Of([.. files.Select(file => (file.Path, Encoding.UTF8.GetBytes(file.Text)))]);

    public static Task<AuditResult> Of(IReadOnlyList<(string Path, byte[] Bytes)> files) => new Auditor(RulePack.BuiltIn).Run(
        files.Select(file => new AuditedFile(file.Path, file.Bytes.Length, () => new MemoryStream(file.Bytes))), CancellationToken.None);

    /// <summary>The rules that found something, once for each finding.</summary>
    public static async Task<IReadOnlyList<string>> Rules(string path, string text) =>
        [.. (await Of((path, text))).Findings.Select(finding => finding.Rule.Id)];

    public static string Report(this AuditResult result, params string[] words) =>
        new AuditReport(result, new AuditFocus(words, result)).Write();
}
