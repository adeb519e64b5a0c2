using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.Runtime.V1;
using HttpBody = Google.Api.HttpBody;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Lists and hands out what tasks leave behind.</summary>
internal sealed class ArtifactService(GetTask getTask, ListArtifacts listArtifacts, OpenArtifact openArtifact)
    : Wire.ArtifactService.ArtifactServiceBase
{
    public override async Task<Wire.ListTaskArtifactsResponse> ListTaskArtifacts(
        Wire.ListTaskArtifactsRequest request, ServerCallContext context)
    {
        var task = await getTask.Execute(IdReading.Task(request.TaskId), context.CancellationToken);
        var artifacts = await listArtifacts.Execute(task.RunId, context.CancellationToken);
        return new Wire.ListTaskArtifactsResponse { Items = { artifacts.Select(artifact => View(artifact, request.TaskId)) } };
    }

    public override async Task<HttpBody> DownloadArtifact(Wire.DownloadArtifactRequest request, ServerCallContext context)
    {
        if (!Guid.TryParseExact(request.ArtifactId, "D", out var id))
            throw new EngineException(ErrorReason.ArtifactNotFound, $"There is no artifact '{request.ArtifactId}'.");
        var (artifact, content) = await openArtifact.Execute(id, context.CancellationToken);
        await using (content)
        {
            return new HttpBody
            {
                ContentType = artifact.MediaType.Length > 0 ? artifact.MediaType : "application/octet-stream",
                Data = await ByteString.FromStreamAsync(content, context.CancellationToken),
            };
        }
    }

    private static Wire.Artifact View(ArtifactRecord artifact, string taskId) => new()
    {
        Id = artifact.Id.ToString(),
        TaskId = taskId,
        Attempt = artifact.Attempt,
        Name = artifact.Name,
        MediaType = artifact.MediaType,
        Sha256 = artifact.Sha256,
        Size = artifact.Size,
        CreatedAt = Timestamp.FromDateTime(artifact.CreatedAt),
    };
}
