using System.CommandLine;
using System.Text.Json.Nodes;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary><c>koda run</c></summary>
internal static class RunCommand
{
    public static Command Create(CommonOptions common)
    {
        var query = new Argument<string>("query") { Description = "What the agent is asked. '-' reads it from stdin." };
        var agent = new Option<string>("--agent", "-a")
        {
            Description = "The agent: engineer, explorer, atlas or your own.",
            DefaultValueFactory = _ => "engineer",
        };
        var workspace = new Option<string?>("--workspace", "-w")
        {
            Description = "The directory that the agent works in. Default: the current one for a local server, otherwise the worker's.",
        };
        var model = new Option<string>("--model") { Description = "The model, in place of the agent's.", DefaultValueFactory = _ => "" };
        var priority = new Option<int>("--priority") { Description = "Larger runs first: -100 to 100." };
        var metadata = new Option<string[]>("--metadata", "-m")
        {
            Description = "An annotation, KEY=VALUE. May be repeated.",
            HelpName = "KEY=VALUE",
        };
        var key = new Option<string?>("--idempotency-key") { Description = "Submitting again with the same key gives the same task." };
        var detach = new Option<bool>("--detach", "-d") { Description = "Submit, print the task's id and return." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only the output." };
        var yes = new Option<bool>("--yes", "-y")
        {
            Description = "Approve whatever the agent asks for. Only for work that you would let it do unseen.",
        };
        var command = new TaughtCommand(
            "run",
            "Gives an agent work and watches it: what the model says, the tools it calls, the changes it makes, the approvals it needs.",
            """
            koda run --agent atlas "Audit the auth service for CSP violations."
            koda run --workspace ~/src/shop "Why does the checkout test fail? Fix it."
            koda run --json --yes "Update the changelog." | jq -r 'select(.status?) | .output'
            git diff | koda run --agent explorer -
            """,
            ExitCode.Explanation)
        { query, agent, workspace, model, priority, metadata, key, detach, quiet, yes };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var text = parse.GetRequiredValue(query);
            var task = await session.Client.Tasks.SubmitAsync(new Runtime.SubmitTaskRequest
            {
                AgentId = parse.GetRequiredValue(agent),
                Query = text == "-" ? await session.Terminal.In.ReadToEndAsync(cancellationToken) : text,
                Priority = parse.GetValue(priority),
                Metadata = ParseMetadata(parse.GetValue(metadata) ?? []),
                Context = new() { Model = parse.GetValue(model) ?? "", Workspace = Workspace(session, parse.GetValue(workspace)) },
            }, parse.GetValue(key), cancellationToken);
            foreach (var warning in session.Json ? [] : task.Warnings)
                session.Terminal.Error.WriteLine(session.Terminal.Paint($"Warning: {warning.Message}", Tone.Notice));
            if (parse.GetValue(detach))
            {
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(task) : task.Id);
                if (!session.Json)
                    session.Terminal.Error.WriteLine($"Watch it with: koda watch {task.Id}");
                return ExitCode.Ok;
            }
            return await new TaskFollower(session, parse.GetValue(yes), parse.GetValue(quiet)).Follow(task, 0, cancellationToken);
        });
        return command;
    }

    /// <summary>A path is a path of the worker's machine, so the current directory is offered only to a server on this one.</summary>
    private static string Workspace(Session session, string? given) => given is not null
        ? Path.GetFullPath(given)
        : session.ClientOptions().Url.IsLoopback ? Directory.GetCurrentDirectory() : "";

    private static string ParseMetadata(string[] pairs)
    {
        var json = new JsonObject { ["source"] = "cli" };
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new CliException($"--metadata takes KEY=VALUE, not '{pair}'.", ExitCode.Usage, code: "cli.usage");
            json[pair[..at]] = pair[(at + 1)..];
        }
        return json.ToJsonString();
    }
}
