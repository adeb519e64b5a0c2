namespace Koda.Server.Engine.Providers;

/// <summary>The spelling of wires, in storage and in the contracts.</summary>
internal static class ProviderKinds
{
    /// <summary>The wires for which people can make connections of their own.</summary>
    public static readonly IReadOnlyList<string> Connectable = ["anthropic", "openai", "ollama"];

    // Not the snake case of the name, which would be open_ai.
    public static string Text(this ProviderKind kind) => kind == ProviderKind.OpenAi ? "openai" : EnumText<ProviderKind>.Of(kind);

    public static ProviderKind Parse(string text) => text == "openai" ? ProviderKind.OpenAi : EnumText<ProviderKind>.Parse(text);
}
