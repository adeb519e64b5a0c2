using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Documents;

/// <summary>
/// A TypeScript client that is generated from the served document compiles in strict mode and walks the path of a newcomer, with a proxy in
/// between that compares every request and reply with the document.
/// </summary>
public sealed class GeneratedClientTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_generated_client_goes_from_the_setup_code_to_an_output_and_no_reply_departs_from_the_document()
    {
        await using var model = await ScriptedModel.Start(ModelTurn.Say("A scripted answer."));
        await using var host = await KodaHost.Start(postgres.ConnectionString, options =>
            options with { AllowedHosts = ["127.0.0.1"] });
        host.StartWorker();
        var document = Path.Combine(NodeTools.Folder, "generated/control-plane.json");
        Directory.CreateDirectory(Path.GetDirectoryName(document)!);
        await File.WriteAllTextAsync(document, (await host.Rest.Get("/openapi/control-plane.json")).Text);
        await NodeTools.Run("openapi-typescript", document, "--output", Path.Combine(NodeTools.Folder, "generated/schema.ts"));
        await NodeTools.Run("tsc", "--project", NodeTools.Folder, "--outDir", Path.Combine(NodeTools.Folder, "out"));
        var code = (await host.Rest.Post("/api/control-plane/auth/bootstrap/codes"))["code"];
        await using var proxy = await PrismProxy.Start(document, host.Url);

        var output = await PeerProcess.Run(
            NodeTools.Folder, TimeSpan.FromMinutes(3), "node", "out/newcomer.js", proxy.Url.ToString().TrimEnd('/'), code, model.BaseUrl);

        Assert.Contains("output: \"A scripted answer.\"", output, StringComparison.Ordinal);
        Assert.Contains("logout: 200", output, StringComparison.Ordinal);
        Assert.Empty(proxy.Violations);
    }
}
