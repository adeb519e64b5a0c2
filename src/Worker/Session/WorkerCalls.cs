using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>The calls of the worker protocol, made with the worker's token.</summary>
internal sealed class WorkerCalls(CallInvoker invoker, string token)
{
    private const int ChunkBytes = 512 * 1024;
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(30);

    private readonly WorkerService.WorkerServiceClient _client = new(invoker);

    public AsyncDuplexStreamingCall<WorkRequest, WorkResponse> Work(CancellationToken cancellationToken) =>
        _client.Work(Headers(), null, cancellationToken);

    /// <summary>Reads what earlier attempts of a held attempt's run recorded.</summary>
    public async IAsyncEnumerable<JournalEvent> ReadJournal(
        AttemptRef attempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = _client.ReadJournal(new ReadJournalRequest { Attempt = attempt }, Headers(), null, cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
            yield return call.ResponseStream.Current;
    }

    public async Task<ProviderCredential> GetProviderCredential(
        GetProviderCredentialRequest request, CancellationToken cancellationToken) =>
        await _client.GetProviderCredentialAsync(request, Headers(), DateTime.UtcNow + s_callTimeout, cancellationToken);

    /// <summary>Reads the secrets of the attempt's agent.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetAgentEnvironment(AttemptRef attempt, CancellationToken cancellationToken) =>
        (await _client.GetAgentEnvironmentAsync(
            new GetAgentEnvironmentRequest { Attempt = attempt }, Headers(), DateTime.UtcNow + s_callTimeout, cancellationToken)).Variables;

    /// <summary>Makes the system prompt of an attempt whose agent has skills.</summary>
    public async Task<CompiledPrompt> CompilePrompt(
        AttemptRef attempt, IEnumerable<SkillFile> skills, CancellationToken cancellationToken) =>
        await _client.CompilePromptAsync(
            new CompilePromptRequest { Attempt = attempt, Skills = { skills } },
            Headers(),
            DateTime.UtcNow + s_callTimeout,
            cancellationToken);

    /// <summary>Stores content that is too large for an event.</summary>
    /// <returns>The artifact's id.</returns>
    public async Task<string> UploadArtifact(ArtifactHeader header, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var call = _client.UploadArtifact(Headers(), DateTime.UtcNow + s_callTimeout, cancellationToken);
        await Send(call.RequestStream, new UploadArtifactRequest { Header = header }, cancellationToken);
        for (var rest = content; !rest.IsEmpty; rest = rest[Math.Min(ChunkBytes, rest.Length)..])
        {
            var chunk = UnsafeByteOperations.UnsafeWrap(rest[..Math.Min(ChunkBytes, rest.Length)]);
            await Send(call.RequestStream, new UploadArtifactRequest { Chunk = chunk }, cancellationToken);
        }
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).ArtifactId;
    }

    /// <summary>Writes to a stream. Over a connection that broke, or a call that ended, the client throws what its parts throw.</summary>
    /// <exception cref="RpcException">The message could not be sent.</exception>
    public static async Task Send<T>(IClientStreamWriter<T> requests, T request, CancellationToken cancellationToken)
    {
        try
        {
            await requests.WriteAsync(request, cancellationToken);
        }
        catch (Exception error) when (error is not RpcException && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The connection broke: " + error.Message, error));
        }
    }

    private Metadata Headers() => new() { { "authorization", $"Bearer {token}" } };
}
