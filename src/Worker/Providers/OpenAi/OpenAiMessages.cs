using System.Text.Json.Nodes;
using Koda.Worker.Providers.Learning;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>A conversation as the chat completions API takes it.</summary>
internal static class OpenAiMessages
{
    private const string UsualReasoning = "reasoning_content";

    // What Google's documentation names for calls that another model made.
    private const string NoSignature = "skip_thought_signature_validator";

    public static JsonArray Write(ModelRequest request, string origin)
    {
        var written = new JsonArray();
        if (request.System.Length > 0)
            written.Add(
                new JsonObject
                {
                    ["role"] = request.Traits.System == SystemPlace.Developer ? "developer" : "system",
                    ["content"] = request.System,
                });
        foreach (var message in Placed(PortableHistory.Of(request, origin), request.Traits))
        {
            if (WriteMessage(message, request.Traits) is { } json)
                written.Add(json);
        }
        return written;
    }

    // The API takes only text in a result; servers that take no word of the user there look at images in results.
    private static IReadOnlyList<ModelMessage> Placed(IReadOnlyList<ModelMessage> messages, ModelTraits traits)
    {
        if (traits.TakesImagesInResults)
            return messages;
        var beside = ModelMessage.WithImagesBeside(messages);
        return traits.Alternates ? ModelMessage.Alternating(beside) : beside;
    }

    private static JsonObject? WriteMessage(ModelMessage message, ModelTraits traits)
    {
        switch (message.Role)
        {
            case ModelRole.Tool:
                var result = message.Result;
                var said = message.Images.Prepend<ContentBlock>(new TextBlock(result.Content));
                return new JsonObject
                {
                    ["role"] = "tool",
                    ["tool_call_id"] = result.CallId,
                    ["content"] = WriteContent(new ModelMessage(message.Role, [.. said])),
                };
            case ModelRole.Assistant:
                return WriteAnswer(message, traits);
            default:
                return new JsonObject { ["role"] = "user", ["content"] = WriteContent(message) };
        }
    }

    /// <returns>Null for an answer that said nothing, which servers refuse.</returns>
    private static JsonObject? WriteAnswer(ModelMessage message, ModelTraits traits)
    {
        var calls = message.ToolCalls.Select(call => WriteCall(call, traits)).ToArray();
        var text = message.Text;
        if (calls.Length == 0 && text.Length == 0)
            return null;
        var json = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = text.Length > 0 || calls.Length == 0 || traits.NeedsContent ? text : null,
        };
        if (calls.Length > 0)
            json["tool_calls"] = new JsonArray(calls);
        // Servers that think between calls want their thoughts back where they said them; those that do not never sent any.
        if (calls.Length > 0 || traits.NeedsReasoning is not null)
            WriteReasoning(json, message, text, traits);
        foreach (var opaque in message.Content.OfType<OpaqueBlock>())
            Add(json, JsonNode.Parse(opaque.Json)!.AsObject());
        foreach (var name in traits.LeftOutOfMessages)
            json.Remove(name);
        return json;
    }

    private static void WriteReasoning(JsonObject json, ModelMessage message, string text, ModelTraits traits)
    {
        var thoughts = message.Content.OfType<ReasoningBlock>().ToList();
        var reasoning = string.Concat(thoughts.Select(block => block.Text));
        var field = thoughts.FirstOrDefault()?.Field ?? traits.NeedsReasoning ?? UsualReasoning;
        if (traits.NeedsReasoning is { } needed)
            json[needed] = reasoning.Length > 0 ? reasoning : "(none)";
        else if (reasoning.Length > 0 && InlineThoughts.IsTag(field))
            json["content"] = InlineThoughts.Join(field, reasoning, text);
        else if (reasoning.Length > 0 && field != OpenAiAnswer.InContent)
            json[field] = reasoning;
        else if (reasoning.Length > 0)
            json["content"] = WriteParts(reasoning, text);
    }

    private static JsonArray WriteParts(string reasoning, string text)
    {
        var parts = new JsonArray(new JsonObject { ["type"] = "thinking", ["thinking"] = new JsonArray(TextPart(reasoning)) });
        if (text.Length > 0)
            parts.Add(TextPart(text));
        return parts;
    }

    // Servers of text models know only text.
    private static JsonNode WriteContent(ModelMessage message) => message.Content.Any(block => block is ImageBlock)
        ? new JsonArray([.. message.Content.Select(block => block switch
        {
            ImageBlock image => new JsonObject
            {
                ["type"] = "image_url",
                ["image_url"] = new JsonObject { ["url"] = $"data:{image.MimeType};base64,{image.Data}" },
            },
            TextBlock text => TextPart(text.Text),
            _ => null,
        }).OfType<JsonObject>()])
        : message.Text;

    private static JsonObject TextPart(string text) => new() { ["type"] = "text", ["text"] = text };

    private static JsonObject WriteCall(ToolCallBlock call, ModelTraits traits)
    {
        var json = new JsonObject
        {
            ["id"] = call.CallId,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments },
        };
        if (call.Opaque is not null)
            Add(json, JsonNode.Parse(call.Opaque)!.AsObject());
        else if (traits.NeedsCallSignature)
            json["extra_content"] = new JsonObject { ["google"] = new JsonObject { ["thought_signature"] = NoSignature } };
        foreach (var name in traits.LeftOutOfMessages)
        {
            json.Remove(name);
            json["function"]!.AsObject().Remove(name);
        }
        return json;
    }

    // What a provider gave never replaces what the conversation says.
    private static void Add(JsonObject json, JsonObject members)
    {
        foreach (var (name, value) in members)
        {
            if (json[name] is JsonObject own && value is JsonObject more)
                Add(own, more);
            else if (!json.ContainsKey(name))
                json[name] = value?.DeepClone();
        }
    }
}
