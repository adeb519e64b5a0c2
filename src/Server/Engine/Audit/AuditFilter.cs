using System.Globalization;

namespace Koda.Server.Engine.Audit;

/// <summary>Which entries of the audit stream are asked for.</summary>
/// <param name="Kind">How the kind begins; empty for all.</param>
/// <param name="Outcome">The outcome; null for all.</param>
internal sealed record AuditFilter(string Kind, SecurityOutcome? Outcome)
{
    /// <summary>The earliest time, inclusive.</summary>
    public DateTime? Since { get; init; }

    /// <summary>The latest time, exclusive.</summary>
    public DateTime? Until { get; init; }

    /// <summary>True for entries of a feed, whose times are not asked for, and for gaps, which concern everybody.</summary>
    public bool Takes(AuditEntry entry) => entry.Content is null
        || (entry.Kind.StartsWith(Kind, StringComparison.Ordinal) && (Outcome is null || entry.Content.Outcome == Outcome));

    /// <summary>The text that binds a cursor to this filter.</summary>
    public string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"audit|{Kind}|{Outcome}|{Since:O}|{Until:O}");
}
