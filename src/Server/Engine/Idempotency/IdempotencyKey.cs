namespace Koda.Server.Engine.Idempotency;

/// <summary>A caller's promise that two requests are one.</summary>
/// <param name="Principal">Whose key it is; two principals may use the same one.</param>
/// <param name="Route">The operation, such as <c>koda.runtime.v1.TaskService/SubmitTask</c>.</param>
/// <param name="Key">What the caller sent.</param>
/// <param name="RequestHash">The digest of the request: the same key with another one is a conflict.</param>
internal sealed record IdempotencyKey(string Principal, string Route, string Key, byte[] RequestHash)
{
    internal (string Principal, string Route, string Key) Identity => (Principal, Route, Key);
}
