using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Settings;

/// <summary>The only writer of <c>system_settings</c>, which has one row.</summary>
internal static class SettingsStore
{
    private sealed record Row(string Value, long Revision, DateTime UpdatedAt)
    {
        public SystemSettings Settings => EngineJson.Read<SystemSettings>(Value) with { Revision = Revision, UpdatedAt = UpdatedAt };
    }

    private const string FindSql = "select value as Value, revision as Revision, updated_at as UpdatedAt from system_settings";

    public static async Task<SystemSettings> Find(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.QuerySingleAsync<Row>(new CommandDefinition(FindSql, cancellationToken: cancellationToken))).Settings;

    private const string LockSql = "select value as Value, revision as Revision, updated_at as UpdatedAt from system_settings for update";

    /// <summary>The settings, which nobody else changes until the commit.</summary>
    public static async Task<SystemSettings> Lock(Transaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection.QuerySingleAsync<Row>(new CommandDefinition(LockSql, cancellationToken: cancellationToken))).Settings;

    private const string SaveSql = """
        update system_settings set value = @value, revision = revision + 1, updated_at = now()
        returning value as Value, revision as Revision, updated_at as UpdatedAt
        """;

    public static async Task<SystemSettings> Save(Transaction transaction, SystemSettings settings, CancellationToken cancellationToken) =>
        (await transaction.Connection.QuerySingleAsync<Row>(
            new CommandDefinition(SaveSql, new { value = EngineJson.Write(settings) }, cancellationToken: cancellationToken))).Settings;
}
