using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Evidence;

/// <summary>A chain with its next events.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Events">As many as one message takes.</param>
/// <param name="IsComplete">Whether no more of them follow.</param>
/// <param name="Cursor">Goes on after this part.</param>
internal sealed record ChainPart(Chain Chain, IReadOnlyList<Event> Events, bool IsComplete, string Cursor);
