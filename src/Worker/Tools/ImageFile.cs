namespace Koda.Worker.Tools;

/// <summary>Files that models look at.</summary>
internal static class ImageFile
{
    /// <summary>The most bytes that every provider takes of one.</summary>
    public const int Largest = 3_750_000;

    /// <summary>Their types, as people read them.</summary>
    public const string Types = "PNG, JPEG, GIF and WebP";

    public static bool IsShown(string mimeType) => mimeType is "image/png" or "image/jpeg" or "image/gif" or "image/webp";

    /// <summary>The type that the bytes say. Null: it is none that is shown.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes is [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] ? "image/png"
        : bytes is [0xFF, 0xD8, 0xFF, ..] ? "image/jpeg"
        : bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) ? "image/gif"
        : bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}
