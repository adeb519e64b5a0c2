using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>The calls of the worker protocol, made with the worker's token.</summary>
internal sealed class WorkerCalls(CallInvoker invoker, string token)
{
    private const int ChunkBytes = 512 * 1024;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    private readonly WorkerService.WorkerServiceClient _client = new(invoker);

    public AsyncDuplexStreamingCall<WorkRequest, WorkResponse> Work(CancellationToken ct) => _client.Work(Headers(), null, ct);

    /// <summary>Reads what earlier attempts of a held attempt's run recorded.</summary>
    public async IAsyncEnumerable<JournalEvent> ReadJournalAsync(AttemptRef attempt, [EnumeratorCancellation] CancellationToken ct)
    {
        using var call = _client.ReadJournal(new ReadJournalRequest { Attempt = attempt }, Headers(), null, ct);
        while (await call.ResponseStream.MoveNext(ct))
            yield return call.ResponseStream.Current;
    }

    public async Task<ProviderCredential> GetProviderCredentialAsync(GetProviderCredentialRequest request, CancellationToken ct) =>
        await _client.GetProviderCredentialAsync(request, Headers(), DateTime.UtcNow + CallTimeout, ct);

    /// <summary>Reads the secrets of the attempt's agent.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetAgentEnvironmentAsync(AttemptRef attempt, CancellationToken ct) =>
        (await _client.GetAgentEnvironmentAsync(
            new GetAgentEnvironmentRequest { Attempt = attempt }, Headers(), DateTime.UtcNow + CallTimeout, ct)).Variables;

    /// <summary>Makes the system prompt of an attempt whose agent has skills.</summary>
    public async Task<CompiledPrompt> CompilePromptAsync(AttemptRef attempt, IEnumerable<SkillFile> skills, CancellationToken ct) =>
        await _client.CompilePromptAsync(
            new CompilePromptRequest { Attempt = attempt, Skills = { skills } }, Headers(), DateTime.UtcNow + CallTimeout, ct);

    /// <summary>Stores content that is too large for an event.</summary>
    /// <returns>The artifact's id.</returns>
    public async Task<string> UploadArtifactAsync(ArtifactHeader header, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        using var call = _client.UploadArtifact(Headers(), DateTime.UtcNow + CallTimeout, ct);
        await SendAsync(call.RequestStream, new UploadArtifactRequest { Header = header }, ct);
        for (var rest = content; !rest.IsEmpty; rest = rest[Math.Min(ChunkBytes, rest.Length)..])
        {
            var chunk = UnsafeByteOperations.UnsafeWrap(rest[..Math.Min(ChunkBytes, rest.Length)]);
            await SendAsync(call.RequestStream, new UploadArtifactRequest { Chunk = chunk }, ct);
        }
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).ArtifactId;
    }

    /// <summary>Writes to a stream. Over a connection that broke, or a call that ended, the client throws what its parts throw.</summary>
    /// <exception cref="RpcException">The message could not be sent.</exception>
    public static async Task SendAsync<T>(IClientStreamWriter<T> requests, T request, CancellationToken ct)
    {
        try
        {
            await requests.WriteAsync(request, ct);
        }
        catch (Exception error) when (error is not RpcException && !ct.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The connection broke: " + error.Message, error));
        }
    }

    private Metadata Headers() => new() { { "authorization", $"Bearer {token}" } };
}
