namespace Koda.Server.Engine.Providers;

/// <summary>
/// Chooses the model of agents that name none, from what the provider offers: who has just connected one expects an answer, and not to be
/// asked for a name. What a person chose stands.
/// </summary>
internal static class UsualModel
{
    // What takes no part in a conversation, and is listed among what does.
    private static readonly string[] s_others =
    [
        "embed",
        "whisper",
        "tts",
        "dall-e",
        "image",
        "moderation",
        "rerank",
        "audio",
        "realtime",
        "transcribe",
        "guard",
        "ocr",
        "sora",
        "veo",
        "imagen",
        "speech",
    ];

    /// <summary>
    /// The first of the provider's usual models that is offered, else the first that answers, with tools if there is one.
    /// </summary>
    /// <returns>Null: none is offered that would do.</returns>
    public static string? Of(string providerId, IReadOnlyList<ModelFacts> offered)
    {
        var talking = offered.Where(model => !s_others.Any(part => model.Id.Contains(part, StringComparison.OrdinalIgnoreCase))).ToList();
        var usual = ProviderCatalogue.Find(providerId)?.UsualModels ?? [];
        return (usual.Select(name => Named(name, talking)).FirstOrDefault(model => model is not null)
            ?? talking.Find(model => model.Tools == true) ?? talking.FirstOrDefault())?.Id;
    }

    // The exact name, or the one with a date after it: claude-sonnet-4-5-20250929 for claude-sonnet-4-5, but not gpt-5-mini for gpt-5.
    private static ModelFacts? Named(string name, List<ModelFacts> offered) =>
        offered.Find(model => model.Id == name)
        ?? offered.Find(model => model.Id.StartsWith(name + "-", StringComparison.Ordinal) && IsDate(model.Id.AsSpan(name.Length + 1)));

    private static bool IsDate(ReadOnlySpan<char> text) => text.Length >= 8 && text.Trim("0123456789-").IsEmpty;
}
