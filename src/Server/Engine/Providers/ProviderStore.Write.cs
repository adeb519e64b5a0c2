using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

internal sealed partial class ProviderStore
{
    /// <summary>
    /// A connection as it is to be stored. A null key keeps the stored one, unless it is cleared; so does a null default model.
    /// </summary>
    internal sealed record NewRow(
        string Id,
        string Kind,
        string BaseUrl,
        byte[]? SealedKey,
        bool ClearKey,
        string Options,
        string AuthMode,
        string Source,
        string? DefaultModel);

    private const string SaveSql = """
        insert into providers (id, kind, base_url, sealed_key, options, auth_mode, source, default_model)
        values (@Id, @Kind, @BaseUrl, @SealedKey, @Options, @AuthMode, @Source, coalesce(@DefaultModel, ''))
        on conflict (id) do update set
            kind = excluded.kind,
            base_url = excluded.base_url,
            sealed_key = case
                when @ClearKey then null
                -- Else whoever may change an agent could have its key sent to himself.
                when excluded.source = 'agent' and (excluded.kind, excluded.base_url) <> (providers.kind, providers.base_url) then excluded.sealed_key
                else coalesce(excluded.sealed_key, providers.sealed_key)
            end,
            options = excluded.options,
            auth_mode = excluded.auth_mode,
            source = excluded.source,
            default_model = coalesce(@DefaultModel, providers.default_model),
            revision = providers.revision + 1,
            -- What was found of the connection was found of another one.
            verified = false,
            account_label = '',
            plan_label = '',
            last_verified_at = null,
            last_error_code = '',
            last_error = '',
            updated_at = now()
        returning revision
        """;

    /// <returns>The revision under which it is stored.</returns>
    public static Task<int> Save(Transaction transaction, NewRow row, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteScalarAsync<int>(new CommandDefinition(SaveSql, row, cancellationToken: cancellationToken));

    private const string RemoveSql = "delete from providers where id = @id";

    /// <returns>False when there was none.</returns>
    public static async Task<bool> Remove(Transaction transaction, string id, CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(new CommandDefinition(RemoveSql, new { id }, cancellationToken: cancellationToken)) > 0;

    private const string ClearDefaultSql = "update providers set is_default = false where is_default";

    private const string SetDefaultSql = """
        update providers
        set is_default = coalesce(@chosen, is_default), default_model = coalesce(@model, default_model), updated_at = now()
        where id = @id
        """;

    /// <summary>Chooses the connection of agents that name none, or takes the choice back. Null: as it is.</summary>
    public static async Task SetDefault(
        Transaction transaction, string id, bool? chosen, string? model, CancellationToken cancellationToken)
    {
        // There is one at a time, which the index sees row by row.
        if (chosen == true)
            await transaction.Connection.ExecuteAsync(new CommandDefinition(ClearDefaultSql, cancellationToken: cancellationToken));
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition(SetDefaultSql, new { id, chosen, model }, cancellationToken: cancellationToken));
    }

    private const string SuggestModelSql =
        "update providers set default_model = @model where id = @id and default_model = '' and source <> 'agent'";

    /// <summary>Sets the model of agents that name none, unless there is one.</summary>
    public static Task SuggestModel(Transaction transaction, string id, string model, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(SuggestModelSql, new { id, model }, cancellationToken: cancellationToken));

    private const string SetVerificationSql = """
        update providers
        set verified = @verified,
            account_label = @account,
            plan_label = @plan,
            last_verified_at = clock_timestamp(),
            last_error_code = @errorCode,
            last_error = @error,
            models_fetched_at = case when @listed then clock_timestamp() else models_fetched_at end
        where id = @id and revision = @revision
        """;

    /// <summary>Stores what a verification found, unless the connection was saved anew meanwhile.</summary>
    /// <returns>False: it was.</returns>
    public static async Task<bool> SetVerification(
        Transaction transaction, string id, int revision, ProbeResult found, CancellationToken cancellationToken)
    {
        var change = new
        {
            id,
            revision,
            verified = found.Verified,
            account = found.AccountLabel,
            plan = found.PlanLabel,
            errorCode = found.ErrorCode,
            error = StorableText.Of(found.Error),
            listed = found.Models is not null,
        };
        return await transaction.Connection.ExecuteAsync(
                new CommandDefinition(SetVerificationSql, change, cancellationToken: cancellationToken)) > 0;
    }
}
