namespace Koda.Fuzz.Tests.Inputs;

/// <summary>The credentials that inputs carry: mostly one that reaches every handler.</summary>
internal sealed class FuzzTokens(string owner, string @operator, string worker)
{
    public string? Next(Hostile hostile) => hostile.Random.Next(100) switch
    {
        < 40 => owner,
        < 70 => @operator,
        < 93 => worker,
        < 96 => null,
        _ => hostile.Pick(["x", "kpat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a.b.c", "Bearer", "%00"]),
    };

    /// <summary>One with these scopes.</summary>
    public string For(IEnumerable<string> scopes) => scopes.Contains("worker") ? worker : owner;
}
