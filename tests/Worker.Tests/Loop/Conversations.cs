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

    /// <summary>A turn that is over: a question and its answer.</summary>
    public static void Talk(this MemoryJournal journal, int turn, string question, string answer, long tokens = 0)
    {
        journal.Ask(turn, question);
        journal.Add("model.started", new JsonObject
        {
            ["step"] = 1,
            ["provider"] = "scripted",
            ["model"] = "scripted-1",
            ["messages"] = new JsonArray(),
            ["prompt_digest"] = "",
            ["system"] = turn == 1 ? "Test." : null,
            ["tools"] = turn == 1 ? new JsonArray() : null,
        });
        journal.Add("model.finished", new JsonObject
        {
            ["step"] = 1,
            ["message"] = ModelMessageJson.Write(ModelMessage.Assistant(new TextBlock(answer))),
            ["stop_reason"] = "end_turn",
            ["latency_ms"] = 1,
            ["first_token_ms"] = 1,
            ["cost_usd"] = 0,
        }, new JsonObject { ["input_tokens"] = tokens });
    }

    /// <summary>What a model that calls a tool leaves in a journal.</summary>
    public static void Called(this MemoryJournal journal, string model, string callId, string tool, string arguments)
    {
        journal.Add("model.started", new JsonObject
        {
            ["step"] = 1,
            ["provider"] = "scripted",
            ["model"] = model,
            ["messages"] = new JsonArray(),
            ["prompt_digest"] = "",
        });
        journal.Add("model.finished", new JsonObject
        {
            ["step"] = 1,
            ["message"] = ModelMessageJson.Write(ModelMessage.Assistant(new ToolCallBlock(callId, tool, arguments))),
            ["stop_reason"] = "tool_use",
            ["latency_ms"] = 1,
            ["first_token_ms"] = 1,
            ["cost_usd"] = 0,
        });
    }

    /// <summary>A person says something: a turn begins.</summary>
    public static void Ask(this MemoryJournal journal, int turn, string text, params (string Path, string MimeType)[] attachments) =>
        journal.Add(
            "message.sent",
            new JsonObject
            {
                ["turn"] = turn,
                ["message"] = ModelMessageJson.Write(ModelMessage.User(text)),
                ["attachments"] = new JsonArray([
                    .. attachments.Select(file => new JsonObject { ["path"] = file.Path, ["mime_type"] = file.MimeType }),
                ]),
            });
}
