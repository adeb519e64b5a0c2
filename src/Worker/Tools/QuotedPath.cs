using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Paths as git quotes them: escapes of C, with the bytes of UTF-8 in octal.</summary>
internal static class QuotedPath
{
    private const string Letters = "abtnvfr";
    private const string Meant = "\a\b\t\n\v\f\r";

    /// <param name="quoted">What stands between the quotes.</param>
    public static string Read(string quoted)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] != '\\' || i + 1 == quoted.Length)
                bytes.AddRange(Encoding.UTF8.GetBytes(quoted, i, 1));
            else if (i + 3 < quoted.Length && quoted.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
                (bytes, i) = ([.. bytes, (byte)Convert.ToInt32(quoted.Substring(i + 1, 3), 8)], i + 3);
            else
                (bytes, i) = (
                    [
                        .. bytes,
                        (byte)(Letters.IndexOf(quoted[i + 1], StringComparison.Ordinal) is >= 0 and var at ? Meant[at] : quoted[i + 1]),
                    ],
                    i + 1);
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
