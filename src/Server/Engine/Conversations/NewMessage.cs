namespace Koda.Server.Engine.Conversations;

/// <summary>What a person says to a conversation, as it is stored while it waits for its turn.</summary>
internal sealed record NewMessage
{
    public required string Content { get; init; }

    public IReadOnlyList<MessageAttachment> Attachments { get; init; } = [];

    /// <summary>The agent for this and later turns. Empty: the conversation's.</summary>
    public string AgentId { get; init; } = "";

    /// <summary>How much the model is to reason: adaptive, low, high or max. Empty: as the agent says.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Nobody is there to answer.</summary>
    public bool Unattended { get; init; }

    /// <summary>It asks that the older part of the conversation is summed up, and nothing else.</summary>
    public bool Compacts { get; init; }

    /// <summary>The id of who sends it.</summary>
    public required string Principal { get; init; }

    /// <summary>The W3C traceparent of the call. Empty: none.</summary>
    public string Traceparent { get; init; } = "";
}

/// <summary>A file of the workspace that comes with a message.</summary>
internal sealed record MessageAttachment(string Path, string MimeType);
