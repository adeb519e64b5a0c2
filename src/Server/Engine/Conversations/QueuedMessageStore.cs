using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Conversations;

/// <summary>The only writer of <c>queued_messages</c>. They change under the lock of their conversation's stream.</summary>
internal static class QueuedMessageStore
{
    private const string InsertSql = "insert into queued_messages (id, conversation_id, body) values ($1, $2, $3)";

    public static NpgsqlBatchCommand Insert(Guid conversationId, NewMessage message)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddValue(Guid.CreateVersion7());
        command.Parameters.AddValue(conversationId);
        command.Parameters.AddValue(EngineJson.Write(message));
        return command;
    }

    private const string TakeSql = """
        delete from queued_messages
        where id = (select id from queued_messages where conversation_id = $1 order by id limit 1)
        returning body
        """;

    /// <summary>Takes the message that has waited longest. Null: none waits.</summary>
    public static async Task<NewMessage?> Take(Transaction transaction, Guid conversationId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeSql, transaction.Connection);
        command.Parameters.AddValue(conversationId);
        return await command.ExecuteScalarAsync(cancellationToken) is string body ? EngineJson.Read<NewMessage>(body) : null;
    }

    private const string ClearSql = "delete from queued_messages where conversation_id = $1";

    public static async Task Clear(Transaction transaction, Guid conversationId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ClearSql, transaction.Connection);
        command.Parameters.AddValue(conversationId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
