using System.Runtime.CompilerServices;
using Koda.Worker.Providers.TextCalls;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Learning;

/// <summary>
/// Asks a model as it takes it. What it takes is learned from what its endpoint refuses: the request is made again without that, and from
/// then on. Names of models and hosts do not tell it, because servers that speak a vendor's API run any model.
/// </summary>
/// <param name="inner">Speaks the API.</param>
/// <param name="endpoint">Where it is spoken.</param>
/// <param name="learnt">What is known.</param>
internal sealed class LearningProvider(IModelProvider inner, ProviderEndpoint endpoint, LearntTraits learnt) : IModelProvider
{
    // A server that refuses one thing after the other is asked so often at most.
    private const int MostLessons = 8;

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var origin = endpoint.OriginOf(request.Model);
        for (var lessons = 0; ; lessons++)
        {
            var asked = Adapted(request, endpoint.CallsByText ? learnt.Of(origin) with { CallsByText = true } : learnt.Of(origin));
            await using var stream = Ask(asked, request, cancellationToken).GetAsyncEnumerator(cancellationToken);
            bool more;
            try
            {
                more = await stream.MoveNextAsync();
            }
            catch (ProviderException refusal) when (lessons < MostLessons && Lessons.From(refusal, asked, endpoint.Defaults) is { } better)
            {
                learnt.Set(origin, better);
                continue;
            }
            for (; more; more = await stream.MoveNextAsync())
                yield return stream.Current;
            yield break;
        }
    }

    public ModelUsage Priced(string model, ModelUsage usage) => inner.Priced(model, usage);

    private IAsyncEnumerable<ModelEvent> Ask(ModelRequest asked, ModelRequest request, CancellationToken cancellationToken) =>
        asked.Traits.CallsByText && request.Tools.Count > 0
            ? CommandReader.Read(inner.Stream(asked, cancellationToken), request, cancellationToken)
            : inner.Stream(asked, cancellationToken);

    private static ModelRequest Adapted(ModelRequest request, ModelTraits traits)
    {
        request = request with { Traits = traits };
        if (traits.TakesNoVariant)
            request = request with { Variant = "" };
        if (traits.RefusedTools.Count > 0)
            request = request with { Tools = [.. request.Tools.Where(tool => !traits.RefusedTools.Contains(tool.Name))] };
        if (traits.CallsByText && request.Tools.Count > 0)
            request = CommandPrompt.Of(request);
        if (traits.TakesNoImages || traits.RefusedImages.Count > 0)
            request = request with { Messages = [.. request.Messages.Select(message => WithoutImages(message, traits))] };
        if (traits.System == SystemPlace.FirstMessage && request.System.Length > 0)
            request = WithSystemInside(request);
        return traits.Alternates ? request with { Messages = ModelMessage.Alternating(request.Messages) } : request;
    }

    private static ModelMessage WithoutImages(ModelMessage message, ModelTraits traits) =>
        message.Images.Any()
            ? message with
            {
                Content =
                [
                    .. message.Content.Select(block =>
                        block is ImageBlock image && traits.Refuses(image) ? ImageModels.Mention(image) : block),
                ],
            }
            : message;

    private static ModelRequest WithSystemInside(ModelRequest request)
    {
        var first = request.Messages.Count > 0 && request.Messages[0].Role == ModelRole.User ? request.Messages[0] : null;
        var system = new TextBlock(first is null ? request.System : $"{request.System}\n\n");
        return request with
        {
            System = "",
            Messages =
            [
                new ModelMessage(ModelRole.User, [system, .. first?.Content ?? []]),
                .. request.Messages.Skip(first is null ? 0 : 1),
            ],
        };
    }
}
