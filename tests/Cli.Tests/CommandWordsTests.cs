using System.CommandLine;
using Koda.Protos.Common.V1;

namespace Koda.Cli.Tests;

public sealed class CommandWordsTests
{
    public static TheoryData<ErrorReason> Reasons => [.. Enum.GetValues<ErrorReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void No_advice_is_about_routes_headers_or_details_that_the_command_line_does_not_show(ErrorReason reason)
    {
        var advice = ErrorReflection
            .Descriptor.EnumTypes.Single(type => type.Name == nameof(ErrorReason))
            .FindValueByNumber((int)reason)
            .GetOptions()
            ?.GetExtension(ErrorExtensions.Error)
            ?.Hint;

        var said = new CommandWords(null).Hint(reason, advice) ?? "";

        Assert.All((string[])["GET /", "/docs", "/api", "header", "Retry-After", "Authorization", "details", "fields"], word =>
            Assert.DoesNotContain(word, said));
    }

    [Fact]
    public void A_field_that_the_server_refuses_is_named_as_the_option_that_filled_it()
    {
        var terminal = CliRun.Terminal(TextWriter.Null, TextWriter.Null);
        var run = new RootCommand { Koda.Cli.Tasks.RunCommand.Create(new CommonOptions(terminal)) }.Parse(["run", "query"]).CommandResult;
        var words = new CommandWords(run);

        Assert.Equal("--priority", words.Name("priority"));
        Assert.Equal("--workspace", words.Name("context.workspace"));
        Assert.Equal("--agent", words.Name("agent_id"));
        Assert.Equal("<query>", words.Name("query"));
        Assert.Equal("definition.tools[0]", words.Name("definition.tools[0]"));
        Assert.Equal("the api key", words.Name("api_key"));
    }
}
