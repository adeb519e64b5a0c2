namespace Koda.Worker.Providers;

/// <summary>
/// How much a model is to reason before it answers. Each provider says it in its own way; a model that does not reason ignores it.
/// </summary>
internal static class ReasoningVariant
{
    /// <summary>The model decides.</summary>
    public const string Adaptive = "adaptive";
    public const string Low = "low";
    public const string High = "high";
    public const string Max = "max";

    /// <summary>As little as the model can, for what needs no thought, such as a title.</summary>
    public const string Least = "least";

    /// <summary>How many tokens the reasoning may take, where that can be said or room has to be left for it.</summary>
    public static int Tokens(string variant) => variant switch
    {
        Low => 3_000,
        Adaptive or High => 10_000,
        Max => 32_000,
        _ => 0,
    };
}
