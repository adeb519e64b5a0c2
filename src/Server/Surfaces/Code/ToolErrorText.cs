using System.Text.Json;
using Koda.Server.Engine;

namespace Koda.Server.Surfaces.Code;

/// <summary>What went wrong in a tool call, in a line for people.</summary>
internal static class ToolErrorText
{
    private const int Longest = 500;

    /// <param name="finished">The end of the call as the log has it.</param>
    /// <returns>Null: nothing went wrong.</returns>
    public static string? Of(JsonElement finished)
    {
        var status = finished.Text("status");
        if (status == "ok")
            return null;
        // Commands and programs say last why they failed.
        var lines = finished.Text("result").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines is not [.., var last])
            return status;
        return last.Length <= Longest ? last : $"{StorableText.Cut(last, Longest)}…";
    }
}
