using System.Text.Json;
using Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The trace's view of recalled memories and found knowledge.</summary>
internal static class TraceHits
{
    public static MemoryHit Memory(JsonElement payload) => new()
    {
        MemoryId = payload.Text("memory_id"),
        Type = payload.Text("type"),
        Score = payload.Real("score"),
        Text = payload.Text("text"),
    };

    public static RetrievalHit Retrieval(JsonElement payload)
    {
        JsonElement ranks = payload.TryGetProperty("ranks", out JsonElement value) ? value : default;
        return new RetrievalHit
        {
            ChunkId = payload.Text("chunk_id"),
            Source = payload.Text("source"),
            Text = payload.Text("text"),
            LexicalRank = (int)ranks.Number("lexical"),
            DenseRank = (int)ranks.Number("dense"),
            GraphRank = (int)ranks.Number("graph"),
        };
    }
}
