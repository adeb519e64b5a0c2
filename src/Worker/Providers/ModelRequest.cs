using System.Text.Json.Nodes;
using Koda.Worker.Providers.Learning;

namespace Koda.Worker.Providers;

/// <summary>One call of a model.</summary>
internal sealed record ModelRequest
{
    /// <summary>The model's name at the provider.</summary>
    public required string Model { get; init; }

    /// <summary>The system prompt. Empty: none.</summary>
    public string System { get; init; } = "";

    /// <summary>The conversation so far, oldest first.</summary>
    public required IReadOnlyList<ModelMessage> Messages { get; init; }

    /// <summary>
    /// Where among them stands what is to be answered. What comes after it, though the user says it, is added by the agent loop.
    /// </summary>
    public int Question { get; init; }

    /// <summary>The tools that the model may call.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>
    /// False when the model is to answer without calling any of the tools, which it is still told of: the conversation holds calls of them.
    /// </summary>
    public bool MayCallTools { get; init; } = true;

    /// <summary>How much the model is to reason, one of <see cref="ReasoningVariant"/>. Empty: as <see cref="Options"/> say.</summary>
    public string Variant { get; init; } = "";

    /// <summary>The largest number of output tokens. 0: the provider's default.</summary>
    public int MaxOutputTokens { get; init; }

    /// <summary>How many tokens the model is to read at most, where that has to be asked for. 0: the provider's default.</summary>
    public long ContextTokens { get; init; }

    /// <summary>What the model is known to take.</summary>
    public ModelTraits Traits { get; init; } = ModelTraits.Unknown;

    /// <summary>The provider's own options, such as <c>temperature</c>.</summary>
    public JsonObject? Options { get; init; }
}

/// <summary>A tool as a model sees it.</summary>
/// <param name="Name">The name that a call carries.</param>
/// <param name="Description">What the tool does, for the model.</param>
/// <param name="InputSchema">The JSON schema of the arguments, an object.</param>
/// <param name="ReadOnly">Whether a call changes nothing, so that it may be repeated.</param>
internal sealed record ToolDefinition(string Name, string Description, JsonObject InputSchema, bool ReadOnly);
