using Koda.Cli.Identity;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Onboarding;

/// <summary>
/// Three questions and one call: the owner, a model provider, an agent. What the server refuses is asked again; what is done is done together. An empty
/// answer takes the proposal, or leaves the step for later.
/// </summary>
internal sealed class OnboardingWalk(Session session)
{
    private const string Offline = "offline";

    private CliTerminal Terminal => session.Terminal;

    public async Task RunAsync(OnboardingStatus status, CancellationToken cancellation)
    {
        Say("Koda is not set up yet. Three questions; Enter takes what stands in brackets or skips. koda onboard asks again.");
        var access = status.Steps.AccessConfigured ? null : await AskOwnerAsync(cancellation);
        var provider = status.Steps.ProviderConfigured ? null : await AskProviderAsync(cancellation);
        var agent = await AskAgentAsync(cancellation);
        var code = access is null ? "" : (await session.Client.Auth.IssueSetupCodeAsync(cancellation)).Code;
        while (true)
        {
            try
            {
                if (access is not null) access.BootstrapCode = code;
                var request = new BootstrapRequest { Access = access, Provider = provider, Agent = agent };
                Report(await session.Client.Onboarding.BootstrapAsync(request, cancellation));
                return;
            }
            catch (KodaException refusal) when (!refusal.Unreachable && !cancellation.IsCancellationRequested)
            {
                ErrorReport.Write(Terminal, json: false, refusal);
                if (refusal.Code.StartsWith("provider.", StringComparison.Ordinal)) provider = await AskProviderAsync(cancellation);
                else if (refusal.Code.StartsWith("agent.", StringComparison.Ordinal)) agent = await AskAgentAsync(cancellation);
                else if (access is not null && (refusal.Fields.Count > 0 || refusal.Code.StartsWith("auth.password", StringComparison.Ordinal)))
                    access = await AskOwnerAsync(cancellation);
                else throw;
            }
        }
    }

    private async Task<BootstrapAccess?> AskOwnerAsync(CancellationToken cancellation)
    {
        Say("\n1 of 3: the owner, who signs in from elsewhere. This machine's own command line needs none.");
        var proposal = Terminal.Environment("USER") is { Length: > 1 } user && user != "root" ? user : "";
        var username = await AskAsync("Username", proposal, cancellation);
        if (username.Length == 0) return null;
        var email = await AskAsync("E-mail", "", cancellation);
        var password = await PasswordInput.ReadAsync(Terminal, "  Password (12 characters or more): ", fromInput: false, cancellation);
        return new BootstrapAccess { Username = username, Email = email, Password = password };
    }

    private async Task<BootstrapProvider?> AskProviderAsync(CancellationToken cancellation)
    {
        var known = (await session.Client.Providers.ListAsync(cancellation)).ToList();
        Say("\n2 of 3: where the models are. The offline provider needs no key and no network, and says so in every answer.");
        Say("  " + string.Join(", ", known.Select(provider => provider.ProviderId)));
        var id = await AskAsync("Provider", Offline, cancellation);
        if (id == Offline) return new BootstrapProvider { ProviderId = Offline };
        var chosen = known.FirstOrDefault(provider => provider.ProviderId == id);
        if (chosen is { SupportsLocal: true, SupportsApiKey: false })
            return new BootstrapProvider { ProviderId = id, Local = true, BaseUrl = await AskAsync("Address", chosen.BaseUrl, cancellation), Verify = true };
        var url = chosen is null ? await AskAsync("Address of the API", "", cancellation) : "";
        var key = await PasswordInput.ReadAsync(Terminal, "  API key (not shown): ", fromInput: false, cancellation);
        return new BootstrapProvider { ProviderId = id, ApiKey = key, BaseUrl = url, Verify = true };
    }

    private async Task<BootstrapAgent?> AskAgentAsync(CancellationToken cancellation)
    {
        var agents = await session.Client.Agents.ListAsync(cancellation: cancellation).ToListAsync(cancellation);
        Say("\n3 of 3: the agent that gets tasks which name none.");
        foreach (var agent in agents) Say($"  {agent.Id,-12} {Printable.Line(agent.Description, 100)}");
        var id = await AskAsync("Agent", agents.FirstOrDefault(agent => agent.Id == "engineer")?.Id ?? agents.FirstOrDefault()?.Id ?? "", cancellation);
        return id.Length == 0 ? null : new BootstrapAgent { AgentId = id };
    }

    private void Report(BootstrapResponse done)
    {
        Say($"\n{Terminal.PaintError("Set up", Tone.Good)}: {string.Join(", ", done.Applied)}.");
        if (done.RecoveryCodes.Count > 0)
        {
            Say("Each of these codes sets a new password once. They are not shown again:");
            foreach (var code in done.RecoveryCodes) Say("  " + code);
        }
        Say("Try: koda run \"What does this project do?\"");
    }

    private async Task<string> AskAsync(string question, string proposal, CancellationToken cancellation)
    {
        var answer = await PasswordInput.AskAsync(Terminal, proposal.Length > 0 ? $"  {question} [{proposal}]: " : $"  {question}: ", cancellation);
        return answer.Trim() is { Length: > 0 } given ? given : proposal;
    }

    private void Say(string text) => Terminal.Error.WriteLine(text);
}
