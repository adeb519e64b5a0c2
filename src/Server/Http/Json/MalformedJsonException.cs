namespace Koda.Server.Http.Json;

/// <summary>The text is not JSON. The message says what was met, at which line and byte (both counted from 1).</summary>
internal sealed class MalformedJsonException : Exception
{
    public MalformedJsonException()
    {
    }

    public MalformedJsonException(string message) : base(message)
    {
    }

    public MalformedJsonException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
