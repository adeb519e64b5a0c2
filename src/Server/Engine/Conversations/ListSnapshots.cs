using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Conversations;

/// <summary>The snapshots of a conversation's workspace.</summary>
internal sealed class ListSnapshots(Database database)
{
    private static readonly string[] s_kinds = [ConversationSnapshot.Kind];

    /// <summary>Newest first; none when snapshots are switched off.</summary>
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public Task<List<ConversationSnapshot>> Execute(Guid id, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            if (await ConversationStore.Get(connection, id, token) is null)
                throw GetConversation.NotFound();
            return await Of(connection, id, token);
        },
        cancellationToken);

    /// <inheritdoc cref="Execute"/>
    public static async Task<List<ConversationSnapshot>> Of(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        if (!(await CodeSettingStore.Read(connection, cancellationToken)).Snapshots)
            return [];
        var taken = await ConversationLog.Read(connection, id, s_kinds, long.MaxValue, cancellationToken);
        return [.. taken.Reverse().Select(ConversationSnapshot.From).OfType<ConversationSnapshot>()];
    }
}
