namespace Koda.Server.Engine.Events;

/// <summary>Events for one stream. With <c>IsNew</c> this transaction creates the stream, so there is no head to lock.</summary>
internal sealed record StreamAppend(Guid StreamId, IReadOnlyList<NewEvent> Events, bool IsNew = false);
