using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Learning;

/// <summary>
/// What a model at its endpoint takes and what it does not, as far as its endpoint said so. Neither its name nor its host tells for
/// certain.
/// </summary>
internal sealed record ModelTraits
{
    public const string MaxTokens = "max_tokens";
    public const string MaxCompletionTokens = "max_completion_tokens";

    /// <summary>A model of which nothing is known.</summary>
    public static ModelTraits Unknown { get; } = new();

    /// <summary>What the limit of the answer is called. Empty: it is not taken.</summary>
    public string LimitName { get; init; } = MaxTokens;

    /// <summary>The largest limit of the answer that is taken. 0: unknown.</summary>
    public int LargestLimit { get; init; }

    /// <summary>Members of the request that are left out.</summary>
    public FrozenSet<string> LeftOut { get; init; } = [];

    /// <summary>Members of messages that are left out, those of calls included.</summary>
    public FrozenSet<string> LeftOutOfMessages { get; init; } = [];

    /// <summary>Tools that it does not take, by their names.</summary>
    public FrozenSet<string> RefusedTools { get; init; } = [];

    /// <summary>Signed thoughts that it does not take back.</summary>
    public FrozenSet<string> RefusedSignatures { get; init; } = [];

    /// <summary>It takes no wish for reasoning.</summary>
    public bool TakesNoVariant { get; init; }

    /// <summary>It knows no tools, so that it calls them by text.</summary>
    public bool CallsByText { get; init; }

    /// <summary>It takes no images.</summary>
    public bool TakesNoImages { get; init; }

    /// <summary>Images that it does not take, by their digests.</summary>
    public FrozenSet<string> RefusedImages { get; init; } = [];

    /// <summary>It takes images where results stand, and no message of the user right behind those.</summary>
    public bool TakesImagesInResults { get; init; }

    /// <summary>Where it takes the system prompt.</summary>
    public SystemPlace System { get; init; }

    /// <summary>It takes no two messages of one role after each other.</summary>
    public bool Alternates { get; init; }

    /// <summary>It takes content that is a text only, not a null.</summary>
    public bool NeedsContent { get; init; }

    /// <summary>The member in which it insists on the reasoning of every answer. Null: it does not.</summary>
    public string? NeedsReasoning { get; init; }

    /// <summary>It insists on a signature of every call, those of other models included.</summary>
    public bool NeedsCallSignature { get; init; }

    /// <summary>Ids of calls are nine letters and digits.</summary>
    public bool ShortIds { get; init; }

    /// <summary>Ids of calls are plain and short, its own included.</summary>
    public bool StrictIds { get; init; }

    /// <summary>Whether an image is left out.</summary>
    public bool Refuses(ImageBlock image) => TakesNoImages || RefusedImages.Contains(image.Digest);

    /// <summary>The limit to ask for.</summary>
    public int Limit(int wanted) => LargestLimit > 0 ? Math.Min(wanted, LargestLimit) : wanted;

    /// <summary>Takes out of a body what is not taken.</summary>
    public void Restrict(JsonObject body)
    {
        foreach (var name in LeftOut)
            body.Remove(name);
    }
}

/// <summary>Where a model takes its system prompt.</summary>
internal enum SystemPlace
{
    /// <summary>In a message of the role system, or wherever its API has it.</summary>
    Usual,

    /// <summary>In a message of the role developer.</summary>
    Developer,

    /// <summary>At the beginning of what the user says first.</summary>
    FirstMessage,
}
