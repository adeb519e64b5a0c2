using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>What a verification found.</summary>
internal sealed record HealthSnapshot
{
    public required Guid Id { get; init; }
    public required string ProviderId { get; init; }
    public required DateTime CheckedAt { get; init; }
    public required string Trigger { get; init; }
    public required bool Verified { get; init; }
    public required string CheckedVia { get; init; }
    public required int LatencyMs { get; init; }
    public required string AccountLabel { get; init; }
    public required string PlanLabel { get; init; }
    public required int ModelCount { get; init; }
    public required string ErrorCode { get; init; }
    public required string Error { get; init; }
}

/// <summary>The only writer of <c>provider_health</c>.</summary>
internal sealed class ProviderHealthStore(Database database)
{
    /// <summary>How many snapshots of a provider are kept.</summary>
    public const int Kept = 100;

    private const string InsertSql = """
        with forgotten as (
            delete from provider_health
            where id in (select id from provider_health where provider_id = @id order by id desc offset @kept - 1)
        )
        insert into provider_health
            (id, provider_id, trigger, verified, checked_via, latency_ms, account_label, plan_label, model_count, error_code, error)
        values (@snapshot, @id, @trigger, @verified, @via, @latency, @account, @plan, @models, @errorCode, @error)
        """;

    public static Task Insert(Transaction transaction, string id, string trigger, ProbeResult found, CancellationToken cancellationToken)
    {
        var row = new
        {
            snapshot = Guid.CreateVersion7(),
            id,
            trigger,
            verified = found.Verified,
            via = found.CheckedVia,
            latency = (int)found.Latency.TotalMilliseconds,
            account = found.AccountLabel,
            plan = found.PlanLabel,
            models = found.Models?.Count ?? 0,
            errorCode = found.ErrorCode,
            error = StorableText.Of(found.Error),
            kept = Kept,
        };
        return transaction.Connection.ExecuteAsync(new CommandDefinition(InsertSql, row, cancellationToken: cancellationToken));
    }

    private const string ListSql = """
        select id, provider_id as ProviderId, checked_at as CheckedAt, trigger, verified, checked_via as CheckedVia, latency_ms as LatencyMs,
            account_label as AccountLabel, plan_label as PlanLabel, model_count as ModelCount, error_code as ErrorCode, error
        from provider_health
        where provider_id = @id and (@before is null or id < @before)
        order by id desc
        limit @limit
        """;

    /// <summary>The newest snapshots, newest first.</summary>
    public Task<List<HealthSnapshot>> List(string id, Guid? before, int limit, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
                (
                    await connection.QueryAsync<HealthSnapshot>(
                        new CommandDefinition(
                            ListSql,
                            new { id, before, limit },
                            cancellationToken: token))).ToList(),
            cancellationToken);
}
