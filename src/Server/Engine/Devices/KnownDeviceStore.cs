using Dapper;
using Koda.Server.Engine.Principals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Devices;

/// <summary>A device from which somebody signed in before.</summary>
internal sealed record KnownDevice(Guid Id, Guid PrincipalId);

/// <summary>The only writer of <c>known_devices</c>.</summary>
internal sealed class KnownDeviceStore(Database database)
{
    /// <summary>How long a device is known after the last sign-in from it.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(180);

    /// <summary>How many devices of one account are known; the least used one is forgotten for a further one.</summary>
    public const int Most = 20;

    private const string FindSql =
        "select id, principal_id as PrincipalId from known_devices where hash = @hash and last_used_at > now() - @life";

    /// <summary>The device with this token. Null: none, or none any more.</summary>
    public async Task<KnownDevice?> Find(string secret, CancellationToken cancellationToken) =>
        SecretText.IsPlausible(secret, SecretText.Device)
            ? await database.Read(
                (connection, token) => connection.QuerySingleOrDefaultAsync<KnownDevice>(
                    new CommandDefinition(FindSql, new { hash = SecretText.Hash(secret), life = Life }, cancellationToken: token)),
                cancellationToken)
            : null;

    private const string InsertSql = """
        with forgotten as (
            delete from known_devices
            where principal_id = @principalId and id in (
                select id from known_devices where principal_id = @principalId order by last_used_at desc offset @others
            )
        )
        insert into known_devices (id, principal_id, hash) values (@id, @principalId, @hash)
        """;

    /// <summary>Knows one device more.</summary>
    /// <returns>The device's token, which is not kept.</returns>
    public static async Task<string> Insert(Transaction transaction, Guid principalId, CancellationToken cancellationToken)
    {
        var secret = SecretText.New(SecretText.Device);
        await transaction.Connection.ExecuteAsync(new CommandDefinition(
            InsertSql,
            new { id = Guid.CreateVersion7(), principalId, hash = SecretText.Hash(secret), others = Most - 1 },
            cancellationToken: cancellationToken));
        return secret;
    }

    private const string UseSql = "update known_devices set last_used_at = now() where id = @id";

    /// <summary>Notes that somebody signed in from a device.</summary>
    public static Task Use(Transaction transaction, KnownDevice device, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(UseSql, new { id = device.Id }, cancellationToken: cancellationToken));
}
