using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Onboarding;

/// <summary><c>koda onboard</c></summary>
internal static class OnboardCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "onboard",
            "Sets a new installation up by three questions: owner, model provider, agent. Without a terminal it says what is done and what comes next.",
            """
            koda onboard
            koda onboard --json
            """
        );
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var status = await session.Client.Onboarding.GetStatusAsync(cancellationToken);
                if (session.Json)
                    session.Terminal.Out.WriteLine(JsonOutput.Text(status));
                else if (session.Terminal.Interactive && !status.Steps.OnboardingComplete)
                    await new OnboardingWalk(session).Run(status, cancellationToken);
                else
                    session.Terminal.Out.WriteLine(Words(session, status));
                return ExitCode.Ok;
            });
        return command;
    }

    /// <summary>After a start: walks a person through what is missing, or prints the commands that do it.</summary>
    public static async Task Offer(Session session, CancellationToken cancellationToken)
    {
        if (session.Json)
            return;
        var status = await session.Client.Onboarding.GetStatusAsync(cancellationToken);
        if (status.Steps.OnboardingComplete)
            return;
        session.Terminal.Out.WriteLine();
        if (!session.Terminal.Interactive)
        {
            session.Terminal.Out.WriteLine(Words(session, status));
            return;
        }
        try
        {
            await new OnboardingWalk(session).Run(status, cancellationToken);
        }
        // Whatever is wrong with the answers, server and worker run on.
        catch (Exception failure) when (failure is KodaException or CliException)
        {
            ErrorReport.Write(session.Terminal, json: false, failure);
            session.Terminal.Error.WriteLine($"The set-up goes on with: {session.Terminal.Program} onboard");
        }
    }

    private static string Words(Session session, OnboardingStatus status)
    {
        var koda = session.Terminal.Program;
        if (status.Steps.OnboardingComplete)
            return "Everything is set up.";
        var steps = new List<string>();
        if (!status.Steps.StorageReady)
            steps.Add($"{koda} doctor                                      what keeps the server from being ready");
        if (!status.Steps.AccessConfigured)
            steps.Add($"{koda} register ana ana@example.org                register the owner");
        if (!status.Steps.ProviderConfigured)
            steps.Add($"{koda} providers connect anthropic --key-stdin     connect a model; the offline provider needs none");
        if (!status.Steps.AgentReady)
            steps.Add($"{koda} agents apply agent.yaml                     publish an agent");
        return $"""
            To set up, for others than this machine's own command line:
            {string.Join('\n', steps.Select(step => "  " + step))}
            """;
    }
}
