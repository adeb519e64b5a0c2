using System.Text.Json.Nodes;
using Koda.Worker.Providers;

namespace Koda.Worker.Tests.Providers;

/// <summary>Asks providers, with a limit that turns a hang into a failure.</summary>
internal static class Answers
{
    public static readonly ToolDefinition ReadTool = new(
        "read",
        "Reads a file.",
        (JsonObject)JsonNode.Parse("""{"type":"object","properties":{"path":{"type":"string"}}}""")!,
        ReadOnly: true);

    /// <summary>A reset connection may also swallow the headers, and then the provider was just not there.</summary>
    public static readonly string[] CodesOfBrokenStreams =
        [ProviderErrorCode.StreamCut, ProviderErrorCode.MalformedResponse, ProviderErrorCode.Unavailable];

    public static ModelRequest Ask(string text = "hello", string model = "test-model") =>
        new() { Model = model, System = "Be brief.", Messages = [ModelMessage.User(text)], Tools = [ReadTool] };

    public static async Task<Answer> Collect(this IModelProvider provider, ModelRequest request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var pieces = new List<ModelEvent>();
        await foreach (var piece in provider.Stream(request, limit.Token))
            pieces.Add(piece);
        return new Answer(pieces);
    }

    public static async Task<ProviderException> Fail(this IModelProvider provider, ModelRequest request) =>
        await Xunit.Assert.ThrowsAsync<ProviderException>(() => provider.Collect(request));
}

internal sealed record Answer(IReadOnlyList<ModelEvent> Pieces)
{
    public ModelFinished Finished => (ModelFinished)Pieces[^1];

    public string StreamedText => string.Concat(Pieces.OfType<TextDelta>().Select(piece => piece.Text));

    public string StreamedReasoning => string.Concat(Pieces.OfType<ReasoningDelta>().Select(piece => piece.Text));

    public string StreamedInput(string callId) =>
        string.Concat(Pieces.OfType<ToolInputDelta>().Where(piece => piece.CallId == callId).Select(piece => piece.Text));
}
