namespace Koda.Worker.Shell;

/// <summary>
/// Links that a script moves while it runs: what later parts of it name is then no longer what it was when it was looked at.
/// </summary>
internal static class ShapeChange
{
    private static readonly HashSet<string> s_still = [ShellCommand.Assignment, "echo", ":", "true", "false", "printf", "sleep", "pwd"];

    public static void Check(ShellFacts facts)
    {
        var touching = facts.Commands.Where(command => !s_still.Contains(command.Program ?? "")).ToList();
        if (touching.Count > 1 && touching.FirstOrDefault(command => command.Program is "mv" or "ln" or "install" or "rename") is { } moved)
            facts.Leave(moved.Text);
    }
}
