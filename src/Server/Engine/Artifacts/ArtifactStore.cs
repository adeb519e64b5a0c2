using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Artifacts;

/// <summary>The only writer of <c>artifacts</c> and <c>artifact_contents</c>.</summary>
internal static class ArtifactStore
{
    internal sealed record Row(
        Guid Id, Guid RunId, int Attempt, string Name, string MediaType, byte[] Digest, long Size, DateTime CreatedAt)
    {
        public ArtifactRecord ToRecord() => new(Id, RunId, Attempt, Name, MediaType, Convert.ToHexStringLower(Digest), Size, CreatedAt);
    }

    private const string InsertSql = """
        with content as (
            insert into artifact_contents (digest, size, inline_content) values (@digest, @size, @inlineContent)
            on conflict (digest) do nothing
        )
        insert into artifacts (id, digest, run_id, attempt, name, media_type)
        values (@id, @digest, @RunId, @Attempt, @Name, @MediaType)
        returning created_at
        """;

    public static async Task<ArtifactRecord> Insert(
        Transaction transaction, NewArtifact artifact, byte[] digest, long size, byte[]? inlineContent, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var parameters = new { id, digest, size, inlineContent, artifact.RunId, artifact.Attempt, artifact.Name, artifact.MediaType };
        var createdAt = await transaction.Connection.ExecuteScalarAsync<DateTime>(
            new CommandDefinition(InsertSql, parameters, cancellationToken: cancellationToken));
        return new Row(id, artifact.RunId, artifact.Attempt, artifact.Name, artifact.MediaType, digest, size, createdAt).ToRecord();
    }

    private const string FindSql = """
        select id as Id, run_id as RunId, attempt as Attempt, name as Name, media_type as MediaType, digest as Digest, size as Size,
            artifacts.created_at as CreatedAt
        from artifacts
        join artifact_contents using (digest)
        where id = @id
        """;

    /// <summary>Null when there is no such artifact.</summary>
    public static Task<Row?> Find(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(FindSql, new { id }, cancellationToken: cancellationToken));

    private const string InlineContentSql = "select inline_content from artifact_contents where digest = @digest";

    /// <summary>Null when the content is in a file.</summary>
    public static Task<byte[]?> InlineContent(NpgsqlConnection connection, byte[] digest, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<byte[]?>(
            new CommandDefinition(InlineContentSql, new { digest }, cancellationToken: cancellationToken));

    private const string ListSql = """
        select id as Id, run_id as RunId, attempt as Attempt, name as Name, media_type as MediaType, digest as Digest, size as Size,
            artifacts.created_at as CreatedAt
        from artifacts
        join artifact_contents using (digest)
        where run_id = @runId
        order by id
        """;

    /// <summary>The artifacts of a run, oldest first.</summary>
    public static async Task<IReadOnlyList<ArtifactRecord>> List(
        NpgsqlConnection connection, Guid runId, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(ListSql, new { runId }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToRecord())];
    }
}
