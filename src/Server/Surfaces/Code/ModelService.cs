using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Providers;
using Koda.Server.Engine;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Lists the models of all connected providers.</summary>
internal sealed class ModelService(ListModels list, RefreshModels refresh, ReadConnections connections) : Wire.ModelService.ModelServiceBase
{
    private const int PageSize = 200;

    public override async Task<Wire.ListModelsResponse> ListModels(Wire.ListModelsRequest request, ServerCallContext context)
    {
        var names = (await connections.All(context.CancellationToken)).ToDictionary(
            connection => connection.Id, connection => connection.Title);
        var reply = new Wire.ListModelsResponse();
        for (string? cursor = null; ;)
        {
            var page = await list.Execute("", PageSize, cursor, context.CancellationToken);
            reply.Models.AddRange(page.Items.Select(model => From(model, names.GetValueOrDefault(model.ProviderId, model.ProviderId))));
            if (page.NextCursor is null)
                return reply;
            cursor = page.NextCursor;
        }
    }

    public override async Task<Wire.RefreshModelsResponse> RefreshModels(Wire.RefreshModelsRequest request, ServerCallContext context)
    {
        var reply = new Wire.RefreshModelsResponse();
        EngineException? failure = null;
        foreach (var connection in (await connections.All(context.CancellationToken)).Where(IsAsked))
        {
            var asked = new Wire.RefreshedProvider { ProviderId = connection.Id };
            try
            {
                var found = await refresh.Execute(CallerReading.From(context), connection.Id, context.CancellationToken);
                asked.Models = found.Found.Models?.Count ?? 0;
            }
            catch (EngineException refusal)
            {
                failure = refusal;
                asked.Error = refusal.Message;
            }
            reply.Providers.Add(asked);
        }
        if (failure is not null && reply.Providers.All(provider => provider.Error.Length > 0))
            throw new EngineException(ErrorReason.ProviderUnavailable, failure.Message, failure.Details, innerException: failure);
        reply.Models = (await ListModels(new Wire.ListModelsRequest(), context)).Models.Count;
        return reply;
    }

    // What answers by rule has no models to ask for.
    private static bool IsAsked(ConnectionRecord connection) =>
        connection is { Stored: true, Configured: true } && connection.Kind is not ("offline" or "noop");

    private static Wire.Model From(KnownModel model, string providerName)
    {
        var facts = model.Facts;
        var view = new Wire.Model
        {
            Id = $"{model.ProviderId}/{facts.Id}",
            Name = facts.Id,
            ProviderId = model.ProviderId,
            ProviderName = providerName,
            ContextSize = facts.ContextTokens ?? 0,
            MaxInputTokens = facts.ContextTokens ?? 0,
            Reasoning = facts.Reasoning ?? false,
            ToolCall = facts.Tools ?? false,
            Vision = facts.Vision ?? false,
        };
        if (facts.InputMicros is { } input)
            view.CostInput = Dollars.Of(input);
        if (facts.OutputMicros is { } output)
            view.CostOutput = Dollars.Of(output);
        return view;
    }
}
