namespace Koda.Client.Tests;

public sealed class DiscoveryTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("koda-discovery-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public void A_local_server_is_found_by_its_files()
    {
        File.WriteAllText(Path.Combine(_data, "server.url"), "http://127.0.0.1:9123\n");
        File.WriteAllText(Path.Combine(_data, "operator.token"), "local\n");

        var options = Discover();

        Assert.Equal(new Uri("http://127.0.0.1:9123"), options.Url);
        Assert.Equal("local", options.Token);
    }

    [Fact]
    public void The_local_token_is_not_sent_to_another_server()
    {
        File.WriteAllText(Path.Combine(_data, "operator.token"), "local");

        Assert.Null(Discover(("KODA_URL", "https://koda.example")).Token);
    }

    [Fact]
    public void The_local_token_goes_to_the_local_server_by_any_of_its_names()
    {
        File.WriteAllText(Path.Combine(_data, "operator.token"), "local");

        Assert.Equal("local", Discover(("KODA_URL", "http://localhost:8090")).Token);
    }

    [Fact]
    public void A_session_goes_to_the_server_of_the_sign_in_only_and_before_the_operators_token()
    {
        File.WriteAllText(Path.Combine(_data, "operator.token"), "local");
        var session = new ServerFiles(_data).Session;
        session.Write(new Uri("https://koda.example"), "remote");

        Assert.Equal("remote", Discover(("KODA_URL", "https://koda.example")).Token);
        Assert.Equal("local", Discover().Token);
        Assert.Null(Discover(("KODA_URL", "https://other.example")).Token);

        session.Write(new Uri("http://127.0.0.1:8090"), "mine");
        Assert.Equal("mine", Discover().Token);
        session.Delete();
        Assert.Equal("local", Discover().Token);
    }

    [Fact]
    public void The_environment_wins()
    {
        File.WriteAllText(Path.Combine(_data, "operator.token"), "local");

        var options = Discover(("KODA_URL", "https://koda.example"), ("KODA_TOKEN", "given"));

        Assert.Equal("given", options.Token);
        Assert.Equal("koda.example", options.Url.Host);
    }

    [Theory]
    [InlineData("koda.example")]
    [InlineData("ftp://koda.example")]
    [InlineData("https://koda.example/behind/a/prefix")]
    [InlineData("https://ana:secret@koda.example")]
    public void An_address_that_is_none_is_refused_by_the_environment_and_by_the_options(string url)
    {
        var refused = Assert.Throws<FormatException>(() => Discover(("KODA_URL", url)));
        var refusedToo = Assert.Throws<ArgumentException>(
            () => new KodaClientOptions { Url = new Uri(url, UriKind.RelativeOrAbsolute) });

        Assert.StartsWith(refused.Message, refusedToo.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_directory_is_never_the_current_one_by_accident() =>
        Assert.True(Path.IsPathRooted(ServerFiles.DefaultDirectory(_ => null)));

    private KodaClientOptions Discover(params (string Name, string Value)[] environment) =>
        KodaClientOptions.FromEnvironment(_data, name => environment.FirstOrDefault(pair => pair.Name == name).Value);
}
