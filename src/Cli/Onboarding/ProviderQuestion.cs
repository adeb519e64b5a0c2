using Koda.Cli.Identity;
using Koda.Cli.Providers;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;
using Koda.Providers;

namespace Koda.Cli.Onboarding;

/// <summary>Asks where the models are, tries the answer, and makes it the connection of agents that name none.</summary>
internal sealed class ProviderQuestion(Session session)
{
    private const string Offline = "offline";
    private const int MostModels = 12;

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(500);

    private CliTerminal Terminal => session.Terminal;

    public async Task Ask(CancellationToken cancellationToken)
    {
        var known = (await session.Client.Providers.ListAsync(cancellationToken)).ToList();
        Say("\n2 of 3: where the models are. The offline provider needs no key and no network, and says so in every answer.");
        Say("  " + string.Join(", ", known.Select(provider => provider.ProviderId)));
        var local = known.Find(provider => provider is { SupportsLocal: true, ProviderId: "ollama" });
        var isThere = local is not null && await Answers(local.BaseUrl, cancellationToken);
        if (isThere)
            Say($"  {local!.Title} answers at {local.BaseUrl}.");
        var id = await PasswordInput.Ask(Terminal, "Provider", isThere ? local!.ProviderId : Offline, cancellationToken);
        var chosen = known.Find(provider => provider.ProviderId == id || provider.Alias == id);
        var connection = id == Offline ? null : await Connect(id, chosen, cancellationToken);
        if (connection is null && id != Offline)
            return;
        await session.Client.Connections.SetDefaultAsync(
            new() { ConnectionKey = $"core:{connection?.ProviderId ?? Offline}", ForAgents = true }, cancellationToken);
        if (connection is null)
            Say(
                $"  {Terminal.PaintError("Agents work by rules for now.", Tone.Good)} A model later: {Terminal.Program} providers connect PROVIDER --key-stdin"
            );
        else
            await Report(connection, cancellationToken);
    }

    /// <summary>Says what answers the question already.</summary>
    public async Task Show(CancellationToken cancellationToken)
    {
        var connections = await session.Client.Connections.ListDefaultsAsync(cancellationToken);
        if (connections.Items.FirstOrDefault(item => item.ForAgents)?.Connection is not { } used)
            return;
        var model = used.DefaultModel.Length > 0 ? $", with {Printable.Line(used.DefaultModel, 80)} for agents that name no model" : "";
        Say($"\n2 of 3: the models are at {used.Title} ({ProvidersCommand.State(used)}{model}).");
    }

    private async Task<ProviderConnection?> Connect(string id, ProviderConnection? chosen, CancellationToken cancellationToken)
    {
        if (chosen is { SupportsLocal: true } && chosen.Kind == "ollama")
        {
            var address = await PasswordInput.Ask(Terminal, "Address", chosen.BaseUrl, cancellationToken);
            return await session.Client.Providers.SaveLocalEndpointAsync(
                new()
                {
                    ProviderId = id,
                    BaseUrl = address,
                    VerifyAfterSave = true,
                },
                cancellationToken);
        }
        var request = new SaveApiKeyRequest { ProviderId = id, VerifyAfterSave = true };
        if (chosen is null)
        {
            Say($"  {Printable.Line(id, 63)} is none of them, so it is a connection of your own to a server that speaks OpenAI's API.");
            request.BaseUrl = await PasswordInput.Ask(
                Terminal,
                "Its address, such as https://models.example.com/v1 (Enter: another provider)",
                "",
                cancellationToken);
            if (request.BaseUrl.Length == 0)
            {
                await Ask(cancellationToken);
                return null;
            }
        }
        request.ApiKey = await PasswordInput.Read(Terminal, "  API key (not shown): ", fromInput: false, cancellationToken);
        return await session.Client.Providers.SaveApiKeyAsync(request, cancellationToken);
    }

    private async Task Report(ProviderConnection connection, CancellationToken cancellationToken)
    {
        var model = connection.DefaultModel.Length > 0 ? connection.DefaultModel : await AskModel(connection, cancellationToken);
        var use = model.Length > 0 ? $" Agents that name no model use {Printable.Line(model, 80)}." : "";
        Say(
            $"  {Terminal.PaintError($"{connection.Title} works.", Tone.Good)}{use} Another one: {Terminal.Program} providers default {connection.ProviderId} --model MODEL"
        );
    }

    private async Task<string> AskModel(ProviderConnection connection, CancellationToken cancellationToken)
    {
        var models = await session
            .Client.Providers.ListModelsAsync(connection.ProviderId, cancellationToken)
            .Take(MostModels)
            .ToListAsync(cancellationToken);
        if (models.Count > 0)
            Say("  It has " + string.Join(", ", models.Select(model => Printable.Line(model.Id, 80))));
        var model = await PasswordInput.Ask(
            Terminal, "Model of agents that name none", models.FirstOrDefault()?.Id ?? "", cancellationToken);
        if (model.Length > 0)
            await session.Client.Connections.SetDefaultAsync(
                new() { ConnectionKey = $"core:{connection.ProviderId}", Model = model }, cancellationToken);
        return model;
    }

    /// <summary>Whether a local server of models runs here, so that it can be proposed.</summary>
    private static async Task<bool> Answers(string address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new OutgoingConnections(allowLocal: true).CreateHandler(s_glance)) { Timeout = s_glance };
        try
        {
            using var answer = await http.GetAsync(new Uri(new Uri(address), "/api/version"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception absent)
            when (absent is HttpRequestException or UriFormatException
                || absent is TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Say(string text) => Terminal.Say(text);
}
