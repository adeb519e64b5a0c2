using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>The only writer of <c>owners</c>.</summary>
internal sealed class OwnerStore(Database database)
{
    private const string FindSql = """
        select principal_id as PrincipalId, username as Username, email as Email, display_name as DisplayName, password_hash as PasswordHash,
            created_at as CreatedAt, password_changed_at as PasswordChangedAt
        from owners
        """;

    /// <summary>The owner, or null.</summary>
    public Task<OwnerRecord?> Find(CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.QuerySingleOrDefaultAsync<OwnerRecord>(new CommandDefinition(FindSql, cancellationToken: token)),
        cancellationToken);

    private const string StatusSql = """
        select exists (select from owners) as HasOwner, exists (select from recovery_codes) as HasRecoveryCodes,
            exists (select from owners) and exists (select from agents where state = 'active') and exists (
                select from providers
                where source <> 'agent' and (id <> 'offline' or is_default) and (auth_mode <> 'api_key' or sealed_key is not null)
            ) as IsOnboarded
        """;

    /// <summary>How far the installation is.</summary>
    public Task<InstallationStatus> Status(CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.QuerySingleAsync<InstallationStatus>(new CommandDefinition(StatusSql, cancellationToken: token)),
        cancellationToken);

    private const string InsertSql = """
        insert into owners (principal_id, username, email, display_name, password_hash)
        values (@principalId, @username, @email, @displayName, @passwordHash)
        on conflict do nothing
        returning principal_id as PrincipalId, username as Username, email as Email, display_name as DisplayName, password_hash as PasswordHash,
            created_at as CreatedAt, password_changed_at as PasswordChangedAt
        """;

    /// <summary>Stores the owner. Null when there is one already.</summary>
    public static Task<OwnerRecord?> Insert(
        Transaction transaction, Guid principalId, string username, string email, string displayName, string passwordHash,
        CancellationToken cancellationToken) => transaction.Connection.QuerySingleOrDefaultAsync<OwnerRecord>(new CommandDefinition(
        InsertSql, new { principalId, username, email, displayName, passwordHash }, cancellationToken: cancellationToken));

    private const string SetPasswordSql = """
        update owners set password_hash = @passwordHash, password_changed_at = now()
        where principal_id = @principalId and password_hash = @oldHash
        """;

    /// <summary>Replaces the password. False when another one was set since it was read.</summary>
    public static async Task<bool> SetPassword(
        Transaction transaction,
        OwnerRecord owner,
        string passwordHash,
        CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition(
                SetPasswordSql,
                new { owner.PrincipalId, oldHash = owner.PasswordHash, passwordHash },
                cancellationToken: cancellationToken)) > 0;

    private const string RenameSql = "update owners set display_name = @displayName";

    public static Task Rename(Transaction transaction, string displayName, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(RenameSql, new { displayName }, cancellationToken: cancellationToken));
}
