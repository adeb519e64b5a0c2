using System.Buffers;
using Koda.Server.Http.Wire;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// Keeps JSON within the lines of a feed. The codec writes none of its own, but raw JSON may hold line breaks; they can only stand between
/// tokens, where they mean nothing.
/// </summary>
internal static class JsonLines
{
    private static readonly SearchValues<byte> s_breaks = SearchValues.Create("\r\n"u8);

    public static void WriteAsOne(PooledBufferWriter output, ReadOnlySpan<byte> json)
    {
        for (var at = json.IndexOfAny(s_breaks); at >= 0; at = json.IndexOfAny(s_breaks))
        {
            output.Write(json[..at]);
            json = json[(at + 1)..];
        }

        output.Write(json);
    }
}
