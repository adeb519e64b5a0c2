using System.Text.RegularExpressions;

namespace Koda.House.Tests;

/// <summary>Who may use whom: Surfaces → Engine → Infrastructure, and no way back.</summary>
public sealed partial class ArrowTests
{
    private const string Server = "src/Server/";

    [Fact]
    public void Surfaces_do_not_touch_the_database() => Rule.Holds(
        "A surface asks the engine; it never speaks to PostgreSQL.",
        SourceFile.Under(Server + "Surfaces").SelectMany(file => file.Find(DatabaseUse())));

    [Fact]
    public void A_surface_does_not_use_another_surface() => Rule.Holds(
        "What two surfaces need belongs to the engine.",
        SourceFile.Under(Server + "Surfaces").SelectMany(file => file.Find(SurfaceUse())
            .Where(line => SurfaceUse().Match(line).Groups[1].Value != SurfaceOf(file))));

    [Fact]
    public void A_surface_speaks_its_own_messages() => Rule.Holds(
        "A surface imports its own proto package and koda.common only.",
        SourceFile.Under(Server + "Surfaces").SelectMany(file => file.Find(ProtoUse())
            .Where(line => ProtoUse().Match(line).Groups[1].Value is var package && package != "Common" && package != SurfaceOf(file))));

    [Fact]
    public void The_engine_knows_no_surface_and_no_transport() => Rule.Holds(
        "The engine knows koda.common and Infrastructure; never a surface, HTTP, gRPC or a surface's messages.",
        SourceFile.Under(Server + "Engine").SelectMany(file => file.Find(EngineForbidden())));

    [Fact]
    public void Infrastructure_knows_no_noun_of_the_product() => Rule.Holds(
        "Infrastructure is below the engine's use cases: it may throw the engine's exception and nothing more.",
        SourceFile.Under(Server + "Infrastructure").SelectMany(file => file.Find(InfrastructureForbidden())));

    [Fact]
    public void What_the_official_packages_are_taught_knows_no_noun_of_the_product() => Rule.Holds(
        "Http teaches ASP.NET's gRPC and REST what koda.common says; it is below the surfaces and beside the engine.",
        SourceFile.Under(Server + "Http").SelectMany(file => file.Find(HttpForbidden())));

    [Fact]
    public void Each_table_is_written_by_one_store()
    {
        var writers = SourceFile
            .Under("src/Server")
            .SelectMany(file =>
                TableWrite()
                    .Matches(file.Text)
                    .Select(match => (Table: match.Groups[1].Value, Store: file.Folder + "/" + file.Name.Split('.')[0])))
            .Distinct()
            .GroupBy(write => write.Table, write => write.Store)
            .ToList();
        Assert.Contains(writers, table => table.Key == "events");
        Rule.Holds("A table with two writers has none that knows its rules.",
            writers.Where(table => table.Count() > 1).Select(table => $"{table.Key}: {string.Join(", ", table)}"));
    }

    [Theory]
    [InlineData("Koda.Files")]
    [InlineData("Koda.Providers")]
    [InlineData("Koda.Server", "Koda.Protos", "Koda.Files", "Koda.Providers")]
    [InlineData("Koda.Client", "Koda.Protos")]
    [InlineData("Koda.Worker", "Koda.Protos", "Koda.Client", "Koda.Files", "Koda.Providers")]
    public void An_assembly_uses_only_those_below_it(string name, params string[] below) => Rule.Holds(
        $"{name} may use: {string.Join(", ", below)}",
        System.Reflection.Assembly.Load(name).GetReferencedAssemblies().Select(used => used.Name!)
            .Where(used => used.StartsWith("Koda.", StringComparison.Ordinal) && !below.Contains(used)));

    [Theory]
    [InlineData("Koda.Files")]
    [InlineData("Koda.Providers")]
    [InlineData("Koda.Client")]
    [InlineData("Koda.Worker")]
    public void What_runs_without_a_server_needs_no_ASP_NET(string name) => Rule.Holds(
        $"{name} runs on the plain runtime.",
        System.Reflection.Assembly.Load(name).GetReferencedAssemblies().Select(used => used.Name!)
            .Where(used => used.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)));

    [Fact]
    public void There_is_one_way_out() =>
        Rule.Holds(
            "Whoever asks a host that others name goes by OutgoingConnections, which judges the address. Only the calls to Koda's own server do not.",
            SourceFile
                .Under("src")
                .Where(file => file.Path != "src/Providers/OutgoingConnections.cs" && file.Path != "src/Client/Calls/ChannelSettings.cs")
                .SelectMany(file => file.Find(OwnWayOut())));

    private static string SurfaceOf(SourceFile file) => file.Path[(Server + "Surfaces/").Length..].Split('/')[0];

    [GeneratedRegex(
        @"\bnew (SocketsHttpHandler|HttpClientHandler|WebRequestHandler|ClientWebSocket|TcpClient)\b|\bnew HttpClient( \{|\(\))|SocketsHttpHandler \w+\(.*=> new\(\)"
    )]
    private static partial Regex OwnWayOut();

    [GeneratedRegex(@"\b(Npgsql|Dapper|Infrastructure\.Postgres|IDbConnection)\b")]
    private static partial Regex DatabaseUse();

    [GeneratedRegex(@"\bSurfaces\.([A-Z]\w+)")]
    private static partial Regex SurfaceUse();

    [GeneratedRegex(@"\bKoda\.Protos\.(\w+)\.")]
    private static partial Regex ProtoUse();

    [GeneratedRegex(@"\bSurfaces\.|Microsoft\.AspNetCore|\bGrpc\.Core\b|Server\.Http\b|Koda\.Protos\.(?!Common\b)")]
    private static partial Regex EngineForbidden();

    [GeneratedRegex(@"Koda\.Server\.(Engine|Surfaces|Hosting|Infrastructure)\b|Koda\.Protos\.(?!Common\b)")]
    private static partial Regex HttpForbidden();

    [GeneratedRegex(@"\bSurfaces\.|\bEngine\.[A-Z]\w+\.|using Koda\.Server\.Engine\.\w+;|Koda\.Protos\.(?!Common\b)")]
    private static partial Regex InfrastructureForbidden();

    [GeneratedRegex(@"\b(?:insert into|update|delete from|truncate) ([a-z_]+)\b(?<!update (?:set|skip|of|nowait))")]
    private static partial Regex TableWrite();
}
