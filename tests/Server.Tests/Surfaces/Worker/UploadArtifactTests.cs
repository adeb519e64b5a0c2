using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Runtime.V1;
using Koda.Protos.Worker.V1;
using Grpc.Net.Client;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Hosting;
using Koda.Testing;
using Microsoft.AspNetCore.Builder;
using Xunit;
using Task = System.Threading.Tasks.Task;
using WorkerService = Koda.Protos.Worker.V1.WorkerService;

namespace Koda.Server.Tests.Surfaces.Worker;

public sealed class UploadArtifactTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
    private readonly string _folder = Directory.CreateTempSubdirectory("koda-upload-").FullName;
    private WebApplication _server = null!;
    private GrpcChannel _channel = null!;

    public async Task InitializeAsync()
    {
        var listen = new Uri($"http://127.0.0.1:{FreePort()}");
        var options = new ServerOptions { DataDirectory = _folder, DatabaseUrl = postgres.ConnectionString, Listen = listen };
        _server = await ServerHost.Start(options, _deadline.Token);
        _channel = GrpcChannel.ForAddress(listen);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
        _deadline.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_worker_stores_what_is_too_large_for_an_event_for_the_attempt_it_holds_and_for_no_other()
    {
        var tasks = new TaskService.TaskServiceClient(_channel.CreateCallInvoker());
        await tasks.SubmitTaskAsync(
            new SubmitTaskRequest { AgentId = "explorer", Query = "look" }, Token("operator.token"), cancellationToken: _deadline.Token);
        using var work = Workers.Work(Token("worker.token"), cancellationToken: _deadline.Token);
        var attempt = await TakeOffer(work);
        var content = new byte[200_000];
        Random.Shared.NextBytes(content);

        var stored = await Upload(attempt, content);
        var refusal = await Assert.ThrowsAsync<RpcException>(
            () => Upload(new AttemptRef { AttemptId = attempt.AttemptId, FencingToken = attempt.FencingToken + 1 }, content));

        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        var open = new OpenArtifact(postgres.Database, new ArtifactFolder(Path.Combine(_folder, "artifacts")));
        var (artifact, stream) = await open.Execute(Guid.Parse(stored.ArtifactId), _deadline.Token);
        using var copy = new MemoryStream();
        await using (stream)
            await stream.CopyToAsync(copy);
        Assert.Equal(content, copy.ToArray());
        Assert.Equal((stored.Sha256, 200_000, "output.txt", 1), (artifact.Sha256, artifact.Size, artifact.Name, artifact.Attempt));
    }

    private WorkerService.WorkerServiceClient Workers => new(_channel.CreateCallInvoker());

    private async Task<AttemptRef> TakeOffer(AsyncDuplexStreamingCall<WorkRequest, WorkResponse> work)
    {
        var hello = new Hello
        {
            WorkerId = "uploader",
            Name = "uploader",
            Slots = 1,
            WorkspaceRoots = { _folder },
            DefaultWorkspace = _folder,
        };
        await work.RequestStream.WriteAsync(new WorkRequest { Hello = hello, Credit = 1 }, _deadline.Token);
        while (await work.ResponseStream.MoveNext(_deadline.Token))
        {
            if (work.ResponseStream.Current.Offers is not [var offer, ..])
                continue;
            await work.RequestStream.WriteAsync(new WorkRequest { Accepts = { offer.Attempt } }, _deadline.Token);
            return offer.Attempt;
        }
        throw new InvalidOperationException("The stream ended without an offer.");
    }

    private async Task<UploadArtifactResponse> Upload(AttemptRef attempt, byte[] content)
    {
        using var call = Workers.UploadArtifact(Token("worker.token"), cancellationToken: _deadline.Token);
        await call.RequestStream.WriteAsync(
            new UploadArtifactRequest { Header = new ArtifactHeader { Attempt = attempt, Name = "output.txt", MediaType = "text/plain" } },
            _deadline.Token);
        foreach (var chunk in content.Chunk(60_000))
            await call.RequestStream.WriteAsync(new UploadArtifactRequest { Chunk = ByteString.CopyFrom(chunk) }, _deadline.Token);
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private Metadata Token(string file) => new() { { "authorization", $"Bearer {File.ReadAllText(Path.Combine(_folder, file)).Trim()}" } };

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
