namespace Koda.Client.Tests;

/// <summary>Clients of a scripted server, without pauses.</summary>
internal static class Scripted
{
    public static KodaClientOptions Options { get; } =
        new()
        {
            Token = "secret",
            InitialBackoff = TimeSpan.Zero,
            MaxBackoff = TimeSpan.Zero,
            MaxAttempts = 4,
        };

    public static KodaClient Client(ScriptedInvoker server, KodaClientOptions? options = null) => new(options ?? Options, server);

    public static Runtime.Event[] Events(params long[] seqs) =>
        [
            .. seqs.Select(seq => new Runtime.Event { Seq = seq, Kind = "progress", Payload = "{}" }),
        ];

    public static Runtime.Task Ended(long lastSeq) => new() { LastEventSeq = lastSeq, FinishedAt = new() };
}
