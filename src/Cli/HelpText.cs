using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Koda.Cli;

/// <summary>The library's help, then the examples.</summary>
internal sealed class HelpText(HelpAction options, string rootLesson) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public static string Examples(string examples) => "Examples:\n  " + examples.ReplaceLineEndings("\n  ");

    public override int Invoke(ParseResult parseResult)
    {
        var result = options.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(
            parseResult.CommandResult.Command is TaughtCommand taught ? taught.Lesson : rootLesson);
        return result;
    }
}
