using Npgsql;

namespace Koda.Server.Hosting;

/// <summary>Reads `KODA_DATABASE_URL`: a `postgres://` URL, as other programs take it, or an Npgsql connection string.</summary>
internal static class DatabaseUrl
{
    private const int DefaultPort = 5432;

    /// <returns>An Npgsql connection string.</returns>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static string ToConnectionString(string text)
    {
        if (!text.StartsWith("postgres://", StringComparison.Ordinal) && !text.StartsWith("postgresql://", StringComparison.Ordinal))
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new ArgumentException("The database URL must look like postgres://user:password@host:port/database.");
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host.Length > 0 ? url.Host.Trim('[', ']') : "localhost",
            Port = url.Port > 0 ? url.Port : DefaultPort,
            Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
        };
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            settings.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            settings.Password = Uri.UnescapeDataString(user[1]);
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            Apply(settings, parameter.Split('=', 2));
        return settings.ConnectionString;
    }

    private static void Apply(NpgsqlConnectionStringBuilder settings, string[] parameter)
    {
        var value = parameter.Length == 2 ? Uri.UnescapeDataString(parameter[1]) : "";
        switch (parameter[0])
        {
            case "host":
                settings.Host = value;
                break;
            case "sslmode":
                settings.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
                break;
            case "application_name":
                settings.ApplicationName = value;
                break;
            default:
                throw new ArgumentException($"The database URL has a parameter that is not known: {parameter[0]}.");
        }
    }
}
