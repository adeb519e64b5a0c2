using Koda.Worker.Providers;

namespace Koda.Worker.Context;

/// <summary>What is special about the next model call.</summary>
/// <param name="Said">Messages for the model that are not in the conversation yet, before the notes of the conversation.</param>
/// <param name="MayCallTools">False when it is to give its final answer.</param>
internal sealed record NextCall(IReadOnlyList<ModelMessage> Said, bool MayCallTools = true)
{
    /// <summary>Called with the model's name when it begins to answer.</summary>
    public Action<string> Answering { get; init; } = _ => { };
}
