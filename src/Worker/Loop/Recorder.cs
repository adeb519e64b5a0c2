using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Session;

namespace Koda.Worker.Loop;

/// <summary>Records what an attempt does: in the conversation at once and in the log by its reports, in one order.</summary>
internal sealed class Recorder(IAttemptReports reports, Conversation conversation, Redactor redactor)
{
    private readonly Lock _gate = new();

    public void Record(ModelStarted started)
    {
        lock (_gate)
        {
            conversation.Apply(started);
            Report(started);
        }
    }

    public void Record(Journal.ModelFinished finished, ModelUsage usage)
    {
        lock (_gate)
        {
            conversation.Apply(finished, usage);
            Report(finished, usage);
        }
    }

    public void Record(ToolStarted started)
    {
        lock (_gate)
        {
            conversation.Apply(started);
            Report(started);
        }
    }

    public void Record(ToolFinished finished)
    {
        lock (_gate)
        {
            conversation.Apply(finished);
            Report(finished);
        }
    }

    public void Record(SnapshotTaken taken)
    {
        lock (_gate)
        {
            conversation.Apply(taken);
            Report(taken);
        }
    }

    public void Record(GuardrailHit hit)
    {
        lock (_gate)
        {
            conversation.Apply(hit);
            Report(hit);
        }
    }

    public void Record(ContextPruned pruned)
    {
        lock (_gate)
        {
            conversation.Apply(pruned);
            Report(pruned);
        }
    }

    public void Record(ContextCompacted compacted, ModelUsage usage)
    {
        lock (_gate)
        {
            conversation.Apply(compacted, usage);
            Report(compacted, usage);
        }
    }

    public void Record(ConversationTitled titled, ModelUsage usage)
    {
        lock (_gate)
        {
            conversation.Apply(titled, usage);
            Report(titled, usage);
        }
    }

    public void Record(TodoChanged changed)
    {
        lock (_gate)
        {
            conversation.Apply(changed);
            Report(changed);
        }
    }

    public void Record(BackgroundStarted started)
    {
        lock (_gate)
        {
            conversation.Apply(started);
            Report(started);
        }
    }

    public void Record(BackgroundEnded ended)
    {
        lock (_gate)
        {
            conversation.Apply(ended);
            Report(ended);
        }
    }

    /// <summary>Reports an event that no later step depends on.</summary>
    public void Report<T>(T payload, ModelUsage? usage = null)
        where T : IJournalPayload
    {
        var reported = JournalCodec.Write(payload, usage);
        reported.Payload = redactor.Redact(reported.Payload);
        lock (_gate)
        {
            conversation.Keep(reported.Kind, reported.Payload);
            reports.Report(reported);
        }
    }

    /// <summary>Takes secrets out of text that comes in pieces, also those that stand in two of them.</summary>
    public StreamRedactor CleanStream(Action<string, string> emit) => new(redactor, emit);

    /// <summary>Waits until everything recorded so far is committed.</summary>
    public Task Committed(CancellationToken cancellationToken) => reports.Committed(cancellationToken);
}
