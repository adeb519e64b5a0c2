using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Conversations;

/// <summary>The only writer of <c>code_settings</c>.</summary>
internal static class CodeSettingStore
{
    private const string ReadSql = "select key, value from code_settings";

    /// <summary>All settings; what nobody set has its default.</summary>
    public static async Task<CodeSettings> Read(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            stored[reader.GetString(0)] = reader.GetString(1);
        return new CodeSettings(stored);
    }

    private const string SaveSql = """
        insert into code_settings (key, value) values ($1, $2)
        on conflict (key) do update set value = excluded.value, updated_at = clock_timestamp()
        """;

    public static async Task Save(NpgsqlConnection connection, string key, string value, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SaveSql, connection);
        command.Parameters.AddValue(key);
        command.Parameters.AddValue(value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
