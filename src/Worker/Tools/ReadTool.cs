using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Reads lines of a text file.</summary>
internal sealed class ReadTool() : FileTool<ReadTool.Arguments>("read", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string Path, int? Offset, int? Limit);

    private const int DefaultLines = 2000;
    private const int MaxLineLength = 2000;
    private const int MaxTextLength = 30 * 1024;
    private const int SniffBytes = 8192;
    private const long MaxHashedBytes = 64 * 1024 * 1024;

    private const string Description =
        "Reads a text file of the workspace. Lines come with their numbers, as `number<tab>text`. Reads up to 2000 lines at a time: "
        + "use offset and limit to read on. Binary files are refused.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "path": {"type": "string", "minLength": 1, "description": "The file, relative to the workspace."},
            "offset": {"type": "integer", "minimum": 1, "description": "The first line to read, from 1. Default: 1."},
            "limit": {"type": "integer", "minimum": 1, "maximum": 2000, "description": "How many lines to read. Default: 2000."}
          },
          "required": ["path"],
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path;

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        await using var stream = context.Workspace.OpenToRead(arguments.Path);
        await RefuseBinary(arguments.Path, stream, cancellationToken);
        var digest = stream.Length <= MaxHashedBytes ? await TextFile.Hash(stream, cancellationToken) : null;
        stream.Position = 0;
        var (text, truncated) = await Lines(stream, arguments.Offset ?? 1, arguments.Limit ?? DefaultLines, cancellationToken);
        return new ToolResult(text)
        {
            Truncated = truncated,
            Path = Subject(arguments, context),
            FileDigest = digest,
        };
    }

    private static async Task RefuseBinary(string path, FileStream stream, CancellationToken cancellationToken)
    {
        var head = new byte[SniffBytes];
        var length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        var kind = Image(head.AsSpan(0, length));
        if (kind is not null || head.AsSpan(0, length).Contains((byte)0))
            throw new ToolException(
                $"'{path}' is {(kind is null ? "a binary file" : $"an image ({kind})")} of {stream.Length} bytes, which is not text to read."
            );
    }

    private static string? Image(ReadOnlySpan<byte> head) =>
        head is [0x89, 0x50, 0x4E, 0x47, ..] ? "PNG"
        : head is [0xFF, 0xD8, 0xFF, ..] ? "JPEG"
        : head.StartsWith("GIF8"u8) ? "GIF"
        : head.Length > 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "WebP"
        : null;

    private static async Task<(string Text, bool Truncated)> Lines(
        Stream stream, int offset, int limit, CancellationToken cancellationToken)
    {
        using var lines = new BoundedLines(stream, MaxLineLength);
        var text = new StringBuilder();
        var number = 0;
        while (await lines.Next(cancellationToken) is { } line)
        {
            if (++number < offset)
                continue;
            if (number >= offset + limit || text.Length > MaxTextLength)
            {
                text.Append("(there is more: read on with offset ").Append(number).Append(")\n");
                return (text.ToString(), true);
            }
            text.Append(number).Append('\t').Append(line).Append('\n');
        }
        if (number == 0)
            return ("(the file is empty)", false);
        return text.Length == 0 ? ($"(the file has only {number} lines)", false) : (text.ToString(), false);
    }
}
