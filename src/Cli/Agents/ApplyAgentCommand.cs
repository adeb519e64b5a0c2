using System.CommandLine;
using Koda.Cli.Terminal;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents apply</c></summary>
internal static class ApplyAgentCommand
{
    private const string Example = """
        id: reviewer
        description: Reviews changes and runs the tests.
        model: gpt-4.1-mini
        provider:
          kind: openai                  # anthropic, openai, ollama or offline
          base_url: http://localhost:4000/v1
          api_key: ${OPENAI_API_KEY}    # read from the environment, stored encrypted
        system_prompt: You review code. Be brief.
        tools: [read, glob, grep, git, bash]
        permissions:
          - {tool: bash, pattern: "npm test*", action: allow}
        limits: {max_iterations: 30, max_cost_usd: 0.5, max_concurrent_tasks: 2}
        retry: {max_attempts: 2}
        """;

    public static Command Create(CommonOptions common)
    {
        var file = new Argument<string>("file") { Description = "A YAML or JSON file. '-' reads stdin." };
        var command = new TaughtCommand(
            "apply",
            "Creates an agent, or replaces its definition, and publishes it. The same file again changes nothing.",
            "koda agents apply reviewer.yaml",
            "A file:\n  " + Example.ReplaceLineEndings("\n  "))
        {
            file,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var agent = Read(session.Terminal, parse.GetRequiredValue(file));
                var applied = await session.Client.Agents.ApplyAsync(agent.Id, agent.Definition, cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonOutput.Text(applied)
                    : applied.Changed ? $"{applied.Id} is published as version {applied.Version}."
                    : $"{applied.Id} is unchanged at version {applied.Version}.");
                return ExitCode.Ok;
            });
        return command;
    }

    /// <exception cref="CliException">The file cannot be read, or has a fault.</exception>
    public static AgentFile Read(CliTerminal terminal, string path)
    {
        var name = path == "-" ? "stdin" : path;
        try
        {
            return AgentFile.Parse(path == "-" ? terminal.In.ReadToEnd() : File.ReadAllText(path), terminal.Environment);
        }
        catch (AgentFileException e)
        {
            throw new CliException($"{name}:{e.Line}: {e.Message}", ExitCode.Usage, "See: koda agents apply --help", "agent_file.invalid");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(e.Message, ExitCode.Usage, code: "agent_file.unreadable");
        }
    }
}
