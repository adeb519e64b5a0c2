using Koda.Protos.Worker.V1;

namespace Koda.Worker.Providers;

/// <summary>What models are called beside those of other connections.</summary>
internal static class FallbackNames
{
    /// <summary>The model's name, with its connection where that is not the attempt's own.</summary>
    public static string Name(this FallbackModel fallback) =>
        fallback.Connection.Length == 0 ? fallback.Model : $"{fallback.Connection}/{fallback.Model}";

    /// <summary>The fallback of a turn that is called so. Null: it is the agent's own model.</summary>
    public static FallbackModel? Fallback(this Assignment assignment, string name) =>
        name == assignment.Agent.Model ? null : assignment.Turn?.Fallbacks.FirstOrDefault(fallback => fallback.Name() == name);
}
