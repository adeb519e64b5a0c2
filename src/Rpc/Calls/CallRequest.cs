using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>What is sent at the begin of each attempt of a call: its address, its metadata and the time it has left.</summary>
internal sealed class CallRequest
{
    private const string UserAgent = "grpc-koda-dotnet/0.1.0";

    // Timers cannot be set further than about 49 days; a deadline after that is left to the server.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(49);

    private readonly RpcChannel _channel;
    private readonly IMethod _method;
    private readonly string? _host;
    private readonly CallOptions _options;
    private readonly DateTime? _deadline;

    public CallRequest(RpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        (_channel, _method, _host, _options) = (channel, method, host, options);
        _deadline = Earlier(options.Deadline?.ToUniversalTime(), options.PropagationToken?.Deadline);
    }

    public CallOptions Options => _options;

    public bool HasDeadline => _deadline is not null;

    /// <summary>The time until the deadline, or null without one.</summary>
    public TimeSpan? Remaining => _deadline - _channel.Options.TimeProvider.GetUtcNow().UtcDateTime;

    /// <summary>A source that the deadline signals.</summary>
    public CancellationTokenSource CreateCancellation() =>
        Remaining is { } remaining && remaining > TimeSpan.Zero && remaining < s_longestTimer
            ? new CancellationTokenSource(remaining, _channel.Options.TimeProvider)
            : new CancellationTokenSource();

    /// <exception cref="RpcException">DEADLINE_EXCEEDED: no time is left. Others: metadata or credentials cannot be sent.</exception>
    public async ValueTask<HttpRequestMessage> CreateMessageAsync(HttpContent content, int retries, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, _channel.AddressOf(_method.FullName))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = message.Headers;
        if (_host is not null)
            headers.Host = _host;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation(WireNames.AcceptEncoding, WireNames.AcceptedEncodings);
        if (_channel.Options.CompressRequests)
            headers.TryAddWithoutValidation(WireNames.Encoding, WireNames.Gzip);
        if (Remaining is { } remaining)
            headers.TryAddWithoutValidation(WireNames.Timeout, remaining > TimeSpan.Zero ? GrpcTimeout.Format(remaining) : throw TooLate());
        if (retries > 0)
            headers.TryAddWithoutValidation(WireNames.PreviousAttempts, retries.ToString(CultureInfo.InvariantCulture));
        Add(_channel.Options.DefaultHeaders, message);
        Add(_options.Headers, message);
        if (_channel.Credentials.Apply(_options.Credentials))
            Add(await _channel.Credentials.ResolveAsync(_method, _options.Credentials, cancellationToken), message);
        if (!headers.NonValidated.Contains("user-agent"))
            headers.TryAddWithoutValidation("user-agent", UserAgent);
        return message;
    }

    private static void Add(Metadata? metadata, HttpRequestMessage message)
    {
        if (metadata is null)
            return;
        for (var i = 0; i < metadata.Count; i++)
        {
            var entry = metadata[i];
            if (MetadataHeaders.IsReserved(entry.Key))
                continue;
            var value = MetadataHeaders.Encode(entry);
            // HttpClient keeps the names that HTTP gives to contents, such as content-language, apart.
            HttpHeaders headers = message.Headers;
            if (!headers.TryAddWithoutValidation(entry.Key, value))
                message.Content!.Headers.TryAddWithoutValidation(entry.Key, value);
        }
    }

    private static DateTime? Earlier(DateTime? one, DateTime? other) => one is null || other < one ? other : one;

    private static RpcException TooLate() => new(new Status(StatusCode.DeadlineExceeded, "The deadline passed before the call was sent."));
}
