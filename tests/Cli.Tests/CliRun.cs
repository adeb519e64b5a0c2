using Koda.Cli.Terminal;

namespace Koda.Cli.Tests;

/// <summary>One run of the command line in this process, with what it wrote.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Out">What it wrote to stdout.</param>
/// <param name="Error">What it wrote to stderr.</param>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public static Task<CliRun> Of(params string[] args) => Of([], args);

    public static async Task<CliRun> Of(Dictionary<string, string> environment, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await KodaCommand.Run(args, Terminal(output, error, environment));
        return new CliRun(code, output.ToString(), error.ToString());
    }

    public static CliTerminal Terminal(TextWriter output, TextWriter error, Dictionary<string, string>? environment = null) => new()
    {
        In = TextReader.Null,
        Out = output,
        Error = error,
        Environment = name => environment?.GetValueOrDefault(name),
    };
}
