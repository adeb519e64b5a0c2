using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Skills;
using Koda.Server.Engine.Workers;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>Serves workers: the stream of work, and what belongs to the attempts that they hold.</summary>
internal sealed class WorkerService(
    Dispatcher dispatcher,
    AttemptAccess access,
    ReadJournal readJournal,
    OpenAttemptProvider openProvider,
    StoreArtifact storeArtifact,
    CompilePrompt compilePrompt,
    TellMcp tellMcp) : Wire.WorkerService.WorkerServiceBase
{
    public override async Task Work(
        IAsyncStreamReader<Wire.WorkRequest> requestStream,
        IServerStreamWriter<Wire.WorkResponse> responseStream,
        ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Hello is null)
            throw new EngineException(ErrorReason.InvalidRequest, "The first message must hold a hello.");
        var first = requestStream.Current;
        await using var connection = await dispatcher.Connect(ReportReading.Hello(first.Hello), context.CancellationToken);
        await using var drain = context.GetDraining().Register(connection.RequestDrain);
        await responseStream.WriteAsync(new Wire.WorkResponse { Welcome = Welcome(connection.Terms) }, context.CancellationToken);
        await new WorkerStream(connection, tellMcp, requestStream, responseStream).Run(first, context.CancellationToken);
    }

    public override async Task ReadJournal(
        Wire.ReadJournalRequest request, IServerStreamWriter<Wire.JournalEvent> responseStream, ServerCallContext context)
    {
        var attempt = await access.Find(ReportReading.Key(request.Attempt), context.CancellationToken);
        await foreach (var entry in readJournal.Execute(attempt, request.AfterSeq, context.CancellationToken))
            await responseStream.WriteAsync(Journal(entry), context.CancellationToken);
    }

    public override async Task<Wire.ProviderCredential> GetProviderCredential(
        Wire.GetProviderCredentialRequest request, ServerCallContext context)
    {
        var opened = await openProvider.Execute(
            ReportReading.Key(request.Attempt), request.Connection, request.Model, context.CancellationToken);
        return ProviderViews.From(opened);
    }

    public override async Task<Wire.CompiledPrompt> CompilePrompt(Wire.CompilePromptRequest request, ServerCallContext context)
    {
        var (definition, query) = await access.AgentOf(ReportReading.Key(request.Attempt), context.CancellationToken);
        return PromptViews.From(compilePrompt.Execute(definition, query, [.. request.Skills.Select(skill => (skill.Name, skill.Text))]));
    }

    public override async Task<Wire.AgentEnvironment> GetAgentEnvironment(
        Wire.GetAgentEnvironmentRequest request, ServerCallContext context)
    {
        var variables = await access.EnvironmentOf(ReportReading.Key(request.Attempt), context.CancellationToken);
        var reply = new Wire.AgentEnvironment();
        reply.Variables.Add(new Dictionary<string, string>(variables));
        return reply;
    }

    public override async Task<Wire.UploadArtifactResponse> UploadArtifact(
        IAsyncStreamReader<Wire.UploadArtifactRequest> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Header is not { } header)
            throw new EngineException(ErrorReason.InvalidRequest, "The first message must hold a header.");
        var attempt = await access.Find(ReportReading.Key(header.Attempt), context.CancellationToken);
        var announced = header.Sha256.Length == 0 ? null : header.Sha256;
        var artifact = new NewArtifact(attempt.RunId, attempt.Number, header.Name, header.MediaType, announced);
        var stored = await storeArtifact.Execute(artifact, Chunks(requestStream, context.CancellationToken), context.CancellationToken);
        return new Wire.UploadArtifactResponse { ArtifactId = stored.Id.ToString(), Sha256 = stored.Sha256, Size = stored.Size };
    }

    // The message with the header may carry the first bytes.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks(
        IAsyncStreamReader<Wire.UploadArtifactRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
            yield return requests.Current.Chunk.Memory;
        while (await requests.MoveNext(cancellationToken));
    }

    private static Wire.Welcome Welcome(WorkerTerms terms) => new()
    {
        LeaseMs = (int)terms.Lease.TotalMilliseconds,
        OfferMs = (int)terms.Offer.TotalMilliseconds,
        RenewEveryMs = (int)terms.RenewEvery.TotalMilliseconds,
        ServerVersion = typeof(WorkerService).Assembly.GetName().Version!.ToString(fieldCount: 3),
    };

    private static Wire.JournalEvent Journal(Event entry) => new()
    {
        Seq = entry.Seq,
        Time = Timestamp.FromDateTime(entry.Time),
        Kind = entry.Kind,
        Attempt = entry.Attempt,
        Payload = entry.Payload,
        Usage = entry.Usage ?? "",
    };
}
