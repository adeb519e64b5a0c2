using System.Text;
using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Project;
using Koda.Worker.Audit.Rules;
using Koda.Worker.Audit.Scan;

namespace Koda.Worker.Audit;

/// <summary>A file as the audit gets it.</summary>
/// <param name="Path">The path, relative to the workspace.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Open">Opens it to read. Null: it may not be read.</param>
internal readonly record struct AuditedFile(string Path, long Length, Func<Stream>? Open);

/// <summary>Audits files, one after the other; it holds one of them in memory at a time.</summary>
/// <param name="pack">The rules.</param>
internal sealed class Auditor(RulePack pack)
{
    /// <summary>Larger files are not read.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Further files are not looked at.</summary>
    public const int MaxFiles = 100_000;

    private const int LongestLine = 5000;
    private const int LongLines = 250;
    private const int SmallText = 4000;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashSet<Rule> _remedied = [];
    private readonly ProjectFacts _project = new(pack);

    /// <param name="files">The files, in the order in which they are read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<AuditResult> Run(IEnumerable<AuditedFile> files, CancellationToken cancellationToken)
    {
        var coverage = new Coverage();
        var all = files.Take(MaxFiles + 1).ToList();
        if (all.Count > MaxFiles)
        {
            all.RemoveAt(MaxFiles);
            coverage.Cut();
        }
        // A published package may hold nothing but what was built; then that is what there is to look at.
        var holdsSources = all.Exists(file => FileRoles.Of(file.Path) is FileRole.Source && LanguageOf(file.Path).IsCode());
        var candidates = new List<Candidate>();
        var minified = FileRoles.Minified(all.Select(file => file.Path));
        foreach (var file in all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Add(file, holdsSources, minified, coverage, candidates, cancellationToken);
        }
        var judged = Judged(candidates).ToLookup(finding => finding.Confidence is Confidence.Low);
        return new AuditResult([.. judged[false]], [.. judged[true]], coverage, pack.Rules, [.. all.Select(file => file.Path)]);
    }

    private IEnumerable<Finding> Judged(IEnumerable<Candidate> candidates)
    {
        var judgement = new Judgement(_project);
        return candidates
            .Select(judgement.Of)
            .OrderBy(finding => finding.Confidence is Confidence.Low)
            .GroupBy(finding => finding.Rule)
            .SelectMany(group =>
                group.Key.Nowhere is null ? group
                : _remedied.Contains(group.Key) ? []
                : group.Take(1))
            .OrderBy(finding => finding.Severity)
            .ThenBy(finding => finding.Rule.Id, StringComparer.Ordinal)
            .ThenBy(finding => finding.Path, StringComparer.Ordinal)
            .ThenBy(finding => finding.Line)
            .ThenBy(finding => finding.Column);
    }

    private static Language LanguageOf(string path) => Languages.Of(path[(path.LastIndexOf('/') + 1)..]);

    private async Task Add(
        AuditedFile file,
        bool holdsSources,
        HashSet<string> minified,
        Coverage coverage,
        List<Candidate> candidates,
        CancellationToken cancellationToken)
    {
        var role = FileRoles.Of(file.Path) is FileRole.Built && !holdsSources ? FileRole.Source : FileRoles.Of(file.Path);
        if (role is FileRole.Source && minified.Contains(FileRoles.Unminified(file.Path)))
            role = FileRole.Copied;
        if (Obstacle(file, role) is { } why)
        {
            coverage.Skip(file.Path, why);
            return;
        }
        try
        {
            if (await Read(file, cancellationToken) is not { } text)
                coverage.Skip(file.Path, Skipped.NotText);
            else if ((LanguageOf(file.Path).IsCode() || LanguageOf(file.Path) is Language.Html) && IsMinified(text))
                coverage.Skip(file.Path, Skipped.Made);
            else
                Scan(file.Path, FileRoles.Of(role, LanguageOf(file.Path), text), text, coverage, candidates);
        }
        catch (TooComplexException)
        {
            coverage.Skip(file.Path, Skipped.TooComplex);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            coverage.Skip(file.Path, Skipped.Unreadable);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A slip of the reader costs this file, which the report names, and not the audit.
            coverage.Skip(file.Path, Skipped.ReaderFailed);
        }
    }

    private static Skipped? Obstacle(AuditedFile file, FileRole role) =>
        role is FileRole.Generated or FileRole.Built ? Skipped.Made
        : file.Open is null ? Skipped.Private
        : file.Length > MaxBytes ? Skipped.TooLarge
        : null;

    private void Scan(string path, FileRole role, string text, Coverage coverage, List<Candidate> candidates)
    {
        var left = 0;
        candidates.AddRange(new FileScan(pack, _project).Run(path, role, text, ref left));
        _project.Add(path, role, LanguageOf(path), text);
        coverage.Add(path, LanguageOf(path), role, left);
        if (role is not (FileRole.Test or FileRole.Documentation))
            _remedied.UnionWith(pack.Rules.Where(rule => rule.Nowhere is { } remedy && !_remedied.Contains(rule) && remedy.IsMatch(text)));
    }

    // A file may have grown since it was listed.
    private static async Task<string?> Read(AuditedFile file, CancellationToken cancellationToken)
    {
        await using var stream = file.Open!();
        var bytes = new byte[Math.Min(file.Length, MaxBytes)];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            var text = s_utf8.GetString(bytes, 0, length);
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsMinified(string text)
    {
        var lines = text.AsSpan().Count('\n') + 1;
        if (text.Length > SmallText && text.Length / lines > LongLines)
            return true;
        var longest = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
            longest = Math.Max(longest, line.Length);
        return longest > LongestLine && text.Length / lines > LongLines / 4;
    }
}
