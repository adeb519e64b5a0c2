using Koda.Worker.Tools;

namespace Koda.Worker.Mcp;

/// <summary>The images of one result. What its server says of one is not believed: its bytes say what it is.</summary>
internal sealed class McpImages
{
    private const int Most = 8;

    private readonly List<ToolImage> _shown = [];

    public IReadOnlyList<ToolImage> Shown => _shown;

    /// <summary>Takes one, unless it cannot be shown.</summary>
    /// <param name="type">The type that the server says.</param>
    /// <param name="data">Its bytes in base 64, as they are or as an address of the scheme data.</param>
    /// <returns>What the model reads in its place.</returns>
    public string Take(string type, string data)
    {
        var named = $"image of the type {(type.Length > 0 ? type : "unknown")}, {McpResult.Size(data)}";
        if (data.Length / 4 * 3L > ImageFile.Largest)
            return $"{named}, is left out: more than {ImageFile.Largest} bytes are not shown";
        if (_shown.Count == Most)
            return $"{named}, is left out: more than {Most} images of one result are not shown";
        if (Decoded(data) is not { Length: > 0 } bytes)
            return $"{named}, is left out: its data is no base 64";
        if (ImageFile.TypeOf(bytes) is not { } known)
            return $"{named}, is left out: only {ImageFile.Types} are shown";
        _shown.Add(new ToolImage(known, bytes));
        return $"image {_shown.Count} of the type {known}, {bytes.Length} bytes";
    }

    private static byte[]? Decoded(string data)
    {
        var text = data.StartsWith("data:", StringComparison.Ordinal) ? data[(data.IndexOf(',', StringComparison.Ordinal) + 1)..] : data;
        var bytes = new byte[(text.Length + 3) / 4 * 3];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }
}
