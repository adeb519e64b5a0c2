using Koda.Worker.Providers;

namespace Koda.Worker.Journal;

/// <summary>A tool call of the last answer.</summary>
/// <param name="Call">What the model asked for.</param>
/// <param name="Started">Whether its beginning is recorded.</param>
/// <param name="Result">Its recorded result as a message. Null: it has none yet.</param>
internal sealed record PendingCall(ToolCallBlock Call, bool Started = false, ModelMessage? Result = null);
