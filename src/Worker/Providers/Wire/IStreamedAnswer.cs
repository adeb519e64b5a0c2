using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Joins the chunks of one provider's wire into one answer.</summary>
internal interface IStreamedAnswer
{
    /// <summary>Whether the provider said that the answer is whole.</summary>
    bool IsWhole { get; }

    /// <summary>Takes the next chunk and adds the pieces that it brought.</summary>
    /// <exception cref="ProviderException">The chunk tells of a failure.</exception>
    /// <exception cref="InvalidOperationException">The chunk has the wrong shape.</exception>
    void Accept(JsonElement chunk, List<ModelEvent> pieces);

    /// <summary>The whole answer.</summary>
    ModelFinished Finish();
}
