using System.Globalization;

namespace Koda.Follow.Tests.Followers;

/// <summary>An event as a follower printed it.</summary>
internal sealed record SeenEvent(long Seq, string Kind, string Hash)
{
    private const int HashLength = 64;

    /// <returns>Null for the beginning of a line whose writer was killed.</returns>
    public static SeenEvent? Parse(string line) =>
        line.Split(' ') is [var seq, var kind, { Length: HashLength } hash]
            ? new(long.Parse(seq, CultureInfo.InvariantCulture), kind, hash)
            : null;
}
