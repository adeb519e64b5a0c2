namespace Koda.Client;

/// <summary>Where the server is, who calls it, and how patient the client is.</summary>
public sealed record KodaClientOptions
{
    /// <summary>The address of a server that was started without any options.</summary>
    public static readonly Uri DefaultUrl = new("http://127.0.0.1:8090");

    /// <summary>The server's address, without a path: gRPC is served at the root of one.</summary>
    /// <exception cref="ArgumentException">It is no http or https address, or it has a path, a query or a user.</exception>
    public Uri Url
    {
        get;
        init => field = Discovery.Fault(value) is { } fault ? throw new ArgumentException(fault, nameof(value)) : value;
    } = DefaultUrl;

    /// <summary>The bearer token. Null: calls are made without a credential.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// Carries the calls, by HTTP/2 without a proxy, redirects or cookies; whoever made it disposes of it. Null: connections of the
    /// client's own, which find out within seconds that the server is gone.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>The longest time that one attempt of a unary call may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call that is safe to repeat is tried, the first time included.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>The pause before the second attempt; it doubles with each further one.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two attempts.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a feed tries to go on after it was cut, before it fails.</summary>
    public TimeSpan ResumeFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The clock of pauses and of <see cref="ResumeFor"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Reads <c>KODA_URL</c> and <c>KODA_TOKEN</c>; what they leave open comes from the files that a local server keeps in its data
    /// directory. A session goes to the server that a person signed in to, the directory's token to its own server only, never to another
    /// one that <c>KODA_URL</c> names.
    /// </summary>
    /// <param name="dataDirectory">The data directory. Null: <c>KODA_DATA</c>, or <c>~/.koda</c>.</param>
    /// <param name="environment">Reads a variable. Null: the process's own.</param>
    /// <exception cref="FormatException"><c>KODA_URL</c> is not an http or https address.</exception>
    public static KodaClientOptions FromEnvironment(string? dataDirectory = null, Func<string, string?>? environment = null) =>
        Discovery.Discover(dataDirectory, environment ?? Environment.GetEnvironmentVariable);
}
