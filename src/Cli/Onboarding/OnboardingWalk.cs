using Koda.Cli.Identity;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Onboarding;

/// <summary>
/// Three questions: the owner, a model provider, an agent. Each is answered for good before the next is asked, so that nothing has to be
/// typed again for the sake of another, and what the server refuses is asked at once. An empty answer takes the proposal, or leaves the
/// step for later.
/// </summary>
internal sealed class OnboardingWalk(Session session)
{
    private string? _setupCode;

    private CliTerminal Terminal => session.Terminal;

    public async Task Run(OnboardingStatus status, CancellationToken cancellationToken)
    {
        Say(
            $"Koda is not set up yet. Three questions; Enter takes what stands in brackets or skips. {Terminal.Program} onboard asks again."
        );
        if (!status.Steps.AccessConfigured)
            await UntilAccepted(RegisterOwner, cancellationToken);
        var provider = new ProviderQuestion(session);
        if (status.Steps.ProviderConfigured)
            await provider.Show(cancellationToken);
        else
            await UntilAccepted(provider.Ask, cancellationToken);
        await UntilAccepted(PickAgent, cancellationToken);
        Say($"\nTry: {Terminal.Program} run \"What does this project do?\"");
    }

    private async Task UntilAccepted(Func<CancellationToken, Task> question, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await question(cancellationToken);
                return;
            }
            // What is wrong with an answer is no more than that; what is wrong with the server ends the walk.
            catch (KodaException refusal) when (!refusal.Retryable && !refusal.Unreachable && !cancellationToken.IsCancellationRequested)
            {
                ErrorReport.Write(Terminal, json: false, refusal);
            }
            catch (CliException slip) when (Terminal.Interactive && slip.Code == PasswordInput.Differs)
            {
                ErrorReport.Write(Terminal, json: false, slip);
            }
        }
    }

    private async Task RegisterOwner(CancellationToken cancellationToken)
    {
        Say("\n1 of 3: the owner, who signs in from elsewhere. This machine's own command line needs none.");
        var proposal = Terminal.Environment("USER") is { Length: > 1 } user && user != "root" ? user : "";
        var username = await PasswordInput.Ask(Terminal, "Username", proposal, cancellationToken);
        var email = username.Length == 0 ? "" : await PasswordInput.Ask(Terminal, "E-mail", "", cancellationToken);
        if (email.Length == 0)
        {
            Say($"  Nobody for now; later: {Terminal.Program} register");
            return;
        }
        var password = await PasswordInput.ReadNew(Terminal, fromInput: false, cancellationToken);
        // One for all tries: it is used up by success only, and few are given an hour.
        _setupCode ??= (await session.Client.Auth.IssueSetupCodeAsync(cancellationToken)).Code;
        var access = new BootstrapAccess { Username = username, Email = email, Password = password, BootstrapCode = _setupCode };
        var done = await session.Client.Onboarding.BootstrapAsync(new BootstrapRequest { Access = access }, cancellationToken);
        Say(
            $"  {Terminal.PaintError($"{username} owns this installation.", Tone.Good)} Each of these codes sets a new password once. They are not shown again:"
        );
        foreach (var code in done.RecoveryCodes)
            Say("  " + code);
    }

    private async Task PickAgent(CancellationToken cancellationToken)
    {
        var agents = await session.Client.Agents.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        Say("\n3 of 3: the agent that gets tasks which name none.");
        foreach (var agent in agents)
            Say($"  {agent.Id,-12} {Printable.Line(agent.Description, 100)}");
        var id = await PasswordInput.Ask(
            Terminal, "Agent", (agents.Find(agent => agent.Id == "engineer") ?? agents.FirstOrDefault())?.Id ?? "", cancellationToken);
        if (id.Length == 0)
            return;
        var settings = new SystemSettings { Defaults = new DefaultSettings { AgentId = id } };
        await session.Client.Settings.PatchAsync(settings, cancellationToken: cancellationToken);
        Say($"  {Terminal.PaintError($"{id} gets them.", Tone.Good)} Another one: {Terminal.Program} settings set defaults.agent_id AGENT");
    }

    private void Say(string text) => Terminal.Say(text);
}
