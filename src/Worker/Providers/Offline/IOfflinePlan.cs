namespace Koda.Worker.Providers.Offline;

/// <summary>Decides the next answer from the conversation alone, so that a resumed task goes on where it was.</summary>
internal interface IOfflinePlan
{
    /// <summary>What is named as the model that answered.</summary>
    string Name { get; }

    /// <exception cref="ProviderException">The plan says that this call fails.</exception>
    Task<OfflineStep> Next(OfflineConversation conversation, CancellationToken cancellationToken);
}
