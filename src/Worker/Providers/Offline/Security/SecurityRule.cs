using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>How bad a finding is, worst first.</summary>
internal enum Severity
{
    P0,
    P1,
    P2,
    P3,
}

/// <summary>What to look for, and what to say about it. Rules are data: see the files in <c>Rules</c>.</summary>
internal sealed class SecurityRule
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(250);

    private Regex? _grep, _match, _unless, _nowhere;

    public required string Id { get; init; }

    public required string Title { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>What a query may call it.</summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Where it applies; see <see cref="FileFacts"/>. Empty: every text.</summary>
    public string[] Languages { get; init; } = [];

    /// <summary>What the search tool looks for. It must be understood by any engine: no look-around, no back-references.</summary>
    public required string Grep { get; init; }

    /// <summary>What a found line must hold besides.</summary>
    public string? Match { get; init; }

    /// <summary>A line that holds this is fine.</summary>
    public string? Unless { get; init; }

    /// <summary>If this is anywhere in the workspace, there is no finding; otherwise the first place is one.</summary>
    public string? Nowhere { get; init; }

    /// <summary>What must, or must not, be around the line.</summary>
    public Surroundings? Near { get; init; }

    /// <summary><c>raises</c>: what a caller sent, near the line, makes it worse.</summary>
    public string? Input { get; init; }

    /// <summary>Whether the line shows a secret, so that it is redacted.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether the group <c>secret</c> must look random.</summary>
    public bool Entropy { get; init; }

    public required string Advice { get; init; }

    public Regex GrepPattern => _grep ??= Compile(Grep);

    /// <summary>Whether a line that the search found is one that the rule means.</summary>
    public bool Holds(string text) =>
        GrepPattern.IsMatch(text)
        && (Match is null || (_match ??= Compile(Match)).IsMatch(text))
        && (Unless is null || !(_unless ??= Compile(Unless)).IsMatch(text));

    public bool IsRemedy(string text) => Nowhere is not null && (_nowhere ??= Compile(Nowhere)).IsMatch(text);

    /// <summary>The part of the line that is secret.</summary>
    public Group SecretIn(string text)
    {
        var match = (Match is null ? GrepPattern : _match ??= Compile(Match)).Match(text);
        return match.Groups["secret"] is { Success: true } secret ? secret : match;
    }

    internal static Regex Compile(string pattern) => new(pattern, RegexOptions.CultureInvariant, s_limit);
}

/// <summary>What is around a line.</summary>
internal sealed class Surroundings
{
    private Regex? _needs, _unless;

    public required int Lines { get; init; }

    public string? Needs { get; init; }

    public string? Unless { get; init; }

    public bool Hold(string text) =>
        (Needs is null || (_needs ??= SecurityRule.Compile(Needs)).IsMatch(text))
        && (Unless is null || !(_unless ??= SecurityRule.Compile(Unless)).IsMatch(text));
}
