using System.Text.Json.Nodes;
using Koda.Worker.Providers;

namespace Koda.Worker.Tests.Loop;

/// <summary>Journals of conversations as the engine begins them.</summary>
internal static class Conversations
{
    /// <summary>A journal in which a person has just said something.</summary>
    public static MemoryJournal Asking(string text)
    {
        var journal = new MemoryJournal();
        journal.Ask(1, text);
        return journal;
    }

    /// <summary>A person says something: a turn begins.</summary>
    public static void Ask(this MemoryJournal journal, int turn, string text, params (string Path, string MimeType)[] attachments) => journal.Add("message.sent", new JsonObject
    {
        ["turn"] = turn,
        ["message"] = ModelMessageJson.Write(ModelMessage.User(text)),
        ["attachments"] = new JsonArray([.. attachments.Select(file => new JsonObject { ["path"] = file.Path, ["mime_type"] = file.MimeType })]),
    });
}
