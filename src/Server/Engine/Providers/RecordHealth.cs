using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>
/// Stores what a verification found: always as a snapshot; at the connection, with the models, when it still is the one that was verified.
/// </summary>
internal static class RecordHealth
{
    /// <param name="transaction">The change.</param>
    /// <param name="id">The connection's id.</param>
    /// <param name="revision">What was verified. Null: something that is not stored.</param>
    /// <param name="trigger">verify, save or refresh.</param>
    /// <param name="found">What was found.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task Store(
        Transaction transaction, string id, int? revision, string trigger, ProbeResult found, CancellationToken cancellationToken)
    {
        await ProviderHealthStore.Insert(transaction, id, trigger, found, cancellationToken);
        if (revision is not { } verified
            || !await ProviderStore.SetVerification(transaction, id, verified, found, cancellationToken)
            || found.Models is not { } models)
            return;
        ModelStore.Replace(transaction, id, models);
        if (UsualModel.Of(id, models) is { } usual)
            await ProviderStore.SuggestModel(transaction, id, usual, cancellationToken);
    }
}
