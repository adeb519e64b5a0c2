using Grpc.Core;

namespace Koda.Http.Tests.Probe;

/// <summary>What the probe service does; a test sets what it needs, and the rest echoes.</summary>
internal sealed class ProbeHandlers
{
    public UnaryServerMethod<ProbeRequest, ProbeReply> Unary { get; set; } = (request, _) => Task.FromResult(Reply(request.Text));

    public ServerStreamingServerMethod<ProbeRequest, ProbeReply> Watch { get; set; } =
        (request, replies, _) => replies.WriteAsync(Reply(request.Text));

    public ClientStreamingServerMethod<ProbeRequest, ProbeReply> Collect { get; set; } = async (requests, context) =>
    {
        var texts = new List<string>();
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            texts.Add(request.Text);
        return Reply(string.Join('+', texts));
    };

    public DuplexStreamingServerMethod<ProbeRequest, ProbeReply> Chat { get; set; } = async (requests, replies, context) =>
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            await replies.WriteAsync(Reply(request.Text));
    };

    public static ProbeReply Reply(string text) => new() { Text = text };
}
