using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Koda.Server.Engine;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>Serves workers: the stream of work, and what belongs to the attempts that they hold.</summary>
internal sealed class WorkerService(
    Dispatcher dispatcher, HeldAttempts heldAttempts, ReadEvents readEvents, OpenProvider openProvider)
    : Wire.WorkerService.WorkerServiceBase
{
    private const int JournalPage = 500;

    public override async Task Work(
        IAsyncStreamReader<Wire.WorkRequest> requestStream, IServerStreamWriter<Wire.WorkResponse> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Hello is null)
            throw new EngineException(ErrorReason.InvalidRequest, "The first message must hold a hello.");
        var first = requestStream.Current;
        await using var connection = await dispatcher.Connect(ReportReading.Hello(first.Hello), context.CancellationToken);
        await using var drain = context.GetDraining().Register(connection.RequestDrain);
        await responseStream.WriteAsync(new Wire.WorkResponse { Welcome = Welcome(connection.Terms) }, context.CancellationToken);
        await new WorkSession(connection, requestStream, responseStream).Run(first, context.CancellationToken);
    }

    public override async Task ReadJournal(
        Wire.ReadJournalRequest request, IServerStreamWriter<Wire.JournalEvent> responseStream, ServerCallContext context)
    {
        var attempt = await heldAttempts.Find(ReportReading.Key(request.Attempt), context.CancellationToken);
        for (var after = request.AfterSeq; ;)
        {
            var page = await readEvents.Execute(attempt.StreamId, after, JournalPage, context.CancellationToken);
            foreach (var entry in page)
                await responseStream.WriteAsync(Journal(entry), context.CancellationToken);
            if (page.Count < JournalPage)
                return;
            after = page[^1].Seq;
        }
    }

    public override async Task<Wire.ProviderCredential> GetProviderCredential(Wire.GetProviderCredentialRequest request, ServerCallContext context)
    {
        var provider = await heldAttempts.ProviderOf(ReportReading.Key(request.Attempt), context.CancellationToken);
        var access = await openProvider.Access(provider, context.CancellationToken);
        return new Wire.ProviderCredential { Kind = access.Kind, BaseUrl = access.BaseUrl, ApiKey = access.ApiKey };
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
