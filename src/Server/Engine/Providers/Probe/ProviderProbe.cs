using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Providers;

namespace Koda.Server.Engine.Providers;

/// <summary>
/// Finds out whether a connection works, by the cheapest real call that its wire has: the account or the list of models, else one token.
/// </summary>
internal sealed class ProviderProbe(ProviderCalls calls, TimeProvider clock)
{
    private readonly LocalWindows _windows = new(calls);

    private const string ModelList = "model_list";
    private const string Account = "account";
    private const string Message = "message";

    // Some models take no smaller limit.
    private const int FewTokens = 16;

    // Ollama tells what a model can only one by one.
    private const int MostShown = 32;

    /// <summary>Asks the provider. Whatever happens is a result.</summary>
    public async Task<ProbeResult> Verify(ProbeTarget target, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var via = target.Access.Kind is "offline" or "noop" ? "built_in" : ModelList;
        try
        {
            var found = await Ask(target, cancellationToken);
            return found with { Latency = clock.GetElapsedTime(started) };
        }
        catch (ProbeFailure failure)
        {
            return new ProbeResult
            {
                Verified = false,
                CheckedVia = via,
                Latency = clock.GetElapsedTime(started),
                ErrorCode = failure.Code,
                Error = failure.Message,
            };
        }
    }

    private async Task<ProbeResult> Ask(ProbeTarget target, CancellationToken cancellationToken)
    {
        if (target.Access.Kind is "offline" or "noop")
            return new ProbeResult { Verified = true, CheckedVia = "built_in", Latency = default, Models = [BuiltIn(target.Access.Kind)] };
        var (account, plan) = ("", "");
        var path = ProviderCatalogue.Find(target.Id)?.AccountPath ?? "";
        if (path.Length > 0)
            (account, plan) = AccountReading.From(await calls.Get(target, path, cancellationToken));
        var models = await Models(target, cancellationToken);
        var asksModel = target.Model.Length > 0;
        if (models is null && !asksModel)
            throw new ProbeFailure(ProviderErrorCode.InvalidRequest, "The provider has no list of models; name a model that can be asked.");
        if (asksModel)
            await AskModel(target, cancellationToken);
        return new ProbeResult
        {
            Verified = true,
            CheckedVia = asksModel ? Message : path.Length > 0 ? Account : ModelList,
            Latency = default,
            AccountLabel = account,
            PlanLabel = plan,
            Models = models,
        };
    }

    /// <summary>The provider's models; null when its wire has no list of them.</summary>
    /// <exception cref="ProbeFailure">It did not answer as it should.</exception>
    private async Task<IReadOnlyList<ModelFacts>?> Models(ProbeTarget target, CancellationToken cancellationToken)
    {
        var path = target.Access.Kind switch
        {
            "anthropic" => WithVersion(target, "models?limit=1000"),
            "ollama" => "api/tags",
            _ => OfCompletions(target, "models"),
        };
        try
        {
            var models = ModelListReading.From(target.Access.Kind, await calls.Get(target, path, cancellationToken));
            return target.Access.Kind == "ollama" ? await Shown(target, models, cancellationToken)
                : target.Access.Kind == "openai" && target.AllowPrivate ? await _windows.Fill(target, models, cancellationToken)
                : models;
        }
        catch (ProbeFailure failure) when (failure.Status is 404 or 405 or 501)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<ModelFacts>> Shown(
        ProbeTarget target, IReadOnlyList<ModelFacts> models, CancellationToken cancellationToken)
    {
        var shown = new List<ModelFacts>(models.Count);
        foreach (var model in models)
        {
            try
            {
                shown.Add(shown.Count >= MostShown ? model : ModelListReading.Shown(
                    model, await calls.Post(target, "api/show", new JsonObject { ["model"] = model.Id }, cancellationToken)));
            }
            catch (ProbeFailure failure) when (failure.Status is 404 or 405 or 501)
            {
                // It speaks no more of the wire than the list; what it can is unknown.
                shown.Add(model);
            }
        }
        return shown;
    }

    /// <summary>Has a model answer with one token.</summary>
    private async Task AskModel(ProbeTarget target, CancellationToken cancellationToken)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" });
        var (path, body) = target.Access.Kind switch
        {
            "anthropic" => (
                WithVersion(target, "messages"),
                new JsonObject { ["model"] = target.Model, ["max_tokens"] = 1, ["messages"] = messages }),
            "ollama" => (
                "api/chat",
                new JsonObject
                {
                    ["model"] = target.Model,
                    ["messages"] = messages,
                    ["stream"] = false,
                    ["options"] = new JsonObject { ["num_predict"] = 1 },
                }),
            _ => (
                OfCompletions(target, "chat/completions"),
                new JsonObject { ["model"] = target.Model, ["messages"] = messages, ["max_tokens"] = FewTokens }),
        };
        var answer = await Asked(target, path, body, cancellationToken);
        var member = target.Access.Kind switch { "anthropic" => "content", "ollama" => "message", _ => "choices" };
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(member, out _))
            throw new ProbeFailure(ProviderErrorCode.MalformedResponse, $"The model's answer has no {member}.");
    }

    // The limit has two names, and a model that knows the other one says so.
    private async Task<JsonElement> Asked(ProbeTarget target, string path, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.Post(target, path, body, cancellationToken);
        }
        catch (ProbeFailure failure)
            when (failure.Status == 400 && failure.Message.Contains("max_completion_tokens", StringComparison.Ordinal))
        {
            body.Remove("max_tokens");
            body["max_completion_tokens"] = FewTokens;
            return await calls.Post(target, path, body, cancellationToken);
        }
    }

    // An address without a path means the API's usual one.
    private static string OfCompletions(ProbeTarget target, string path) =>
        new Uri(target.Access.BaseUrl).AbsolutePath == "/" ? $"v1/{path}" : path;

    // People give Anthropic's address with and without its version.
    private static string WithVersion(ProbeTarget target, string path) =>
        target.Access.BaseUrl.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal) ? path : $"v1/{path}";

    private static ModelFacts BuiltIn(string id) =>
        new(id)
        {
            Title = "Built in",
            InputMicros = 0,
            OutputMicros = 0,
            PriceSource = "provider",
            Tools = id == "offline",
        };
}
