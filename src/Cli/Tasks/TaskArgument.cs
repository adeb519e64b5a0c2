using System.CommandLine;

namespace Koda.Cli.Tasks;

/// <summary>The argument that names a task.</summary>
internal static class TaskArgument
{
    public static Argument<string> Create() => new("task") { Description = "The task's id, tsk_..." };

    public static Argument<string?> CreateOptional(string description) =>
        new("task") { Description = description, Arity = ArgumentArity.ZeroOrOne };
}
