using Koda.Server.Hosting;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Hosting;

public class DatabaseUrlTests
{
    [Fact]
    public void A_url_names_user_password_host_port_and_database()
    {
        var settings = Read("postgres://ko%20da:p%40ss@db.example:6543/prod?sslmode=require");

        Assert.Equal(("ko da", "p@ss", "db.example", 6543, "prod", SslMode.Require),
            (settings.Username, settings.Password, settings.Host, settings.Port, settings.Database, settings.SslMode));
    }

    [Fact]
    public void The_port_and_the_host_have_defaults()
    {
        Assert.Equal(5432, Read("postgresql://db/x").Port);
        Assert.Equal("/run/postgresql", Read("postgresql://koda@localhost/x?host=/run/postgresql").Host);
    }

    [Fact]
    public void A_connection_string_is_taken_as_it_is() => Assert.Equal("h", Read("Host=h;Database=d").Host);

    [Fact]
    public void An_unknown_parameter_is_refused() => Assert.Throws<ArgumentException>(() => Read("postgres://h/d?colour=red"));

    private static NpgsqlConnectionStringBuilder Read(string text) => new(DatabaseUrl.ToConnectionString(text));
}
