using Npgsql;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Looks for a text in everything that a database holds.</summary>
internal static class TableSearch
{
    /// <summary>The tables that hold the text in any row, as it is or as bytes.</summary>
    public static async Task<List<string>> TablesWith(string connectionString, string text)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (var list = source.CreateCommand("select tablename from pg_tables where schemaname = 'public'"))
        {
            await using var reader = await list.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }
        var found = new List<string>();
        foreach (var table in tables)
        {
            await using var search = source.CreateCommand($"""
                select exists (
                    select from {table} as r where strpos(r::text, $1) > 0 or strpos(r::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0
                )
                """);
            search.Parameters.Add(new NpgsqlParameter { Value = text });
            if ((bool)(await search.ExecuteScalarAsync())!)
                found.Add(table);
        }
        return found;
    }
}
