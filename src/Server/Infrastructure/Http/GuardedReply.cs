namespace Koda.Server.Infrastructure.Http;

/// <summary>A whole answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The text of the body.</param>
/// <param name="RetryAfter">How long the server asks to wait. Null: it does not.</param>
internal sealed record GuardedReply(int Status, string Body, TimeSpan? RetryAfter);
