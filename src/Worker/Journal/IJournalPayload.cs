namespace Koda.Worker.Journal;

/// <summary>The payload of one kind of event; <c>docs/event-log.md</c> describes them all.</summary>
internal interface IJournalPayload
{
    /// <summary>The kind of the events that carry this payload.</summary>
    static abstract string Kind { get; }
}
