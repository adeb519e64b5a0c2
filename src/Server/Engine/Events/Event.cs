namespace Koda.Server.Engine.Events;

/// <summary>A stored event. Its sequence has no gap within the stream; its hash covers all that came before it.</summary>
/// <param name="StreamId">The root run or conversation that it belongs to.</param>
/// <param name="Seq">1 for the first event of the stream.</param>
/// <param name="Time">The database's time, UTC, in microseconds.</param>
/// <param name="Kind">A kind of the vocabulary, such as <c>task.queued</c>.</param>
/// <param name="Actor"><c>system</c>, <c>worker:ID</c> or <c>principal:ID</c>.</param>
/// <param name="RunId">The run that it is about.</param>
/// <param name="Attempt">The attempt that it is about; 0 when none.</param>
/// <param name="Payload">A JSON object, as the exact text that was hashed.</param>
/// <param name="Usage">Null, or a JSON object of token counts and cost.</param>
/// <param name="Hash">SHA-256 over the previous hash and the canonical form.</param>
internal sealed record Event(
    Guid StreamId, long Seq, DateTime Time, string Kind, string Actor, Guid RunId, int Attempt, string Payload, string? Usage, byte[] Hash);
