using System.Text;

namespace Koda.Worker.Snapshots;

/// <summary>What git prints, and how it is shown. File names are any bytes; as Latin-1 they pass unharmed.</summary>
internal static class GitText
{
    /// <summary>The entries of a list whose ends are zero bytes.</summary>
    public static string[] Entries(string output) => output.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Bytes as text; what is not UTF-8 is replaced.</summary>
    public static string Shown(string raw) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(raw));

    /// <summary>Text as the bytes that git reads.</summary>
    public static string Raw(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>A file name as this program can use it. Null: it is not UTF-8.</summary>
    public static string? Usable(string raw) => Shown(raw) is var shown && Raw(shown) == raw ? shown : null;
}
