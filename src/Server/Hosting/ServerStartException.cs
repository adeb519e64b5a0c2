namespace Koda.Server.Hosting;

/// <summary>What kept a server from starting.</summary>
public enum StartFault
{
    /// <summary>The database cannot be used.</summary>
    Database,

    /// <summary>The server cannot listen at its address.</summary>
    Address,
}

/// <summary>A server did not start, for a reason that whoever starts it can put right.</summary>
/// <param name="fault">What kept it.</param>
/// <param name="message">What is wrong, in a sentence that names the address.</param>
/// <param name="hint">What to do about it.</param>
/// <param name="inner">How the system or the driver says it.</param>
public sealed class ServerStartException(StartFault fault, string message, string hint, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kept it.</summary>
    public StartFault Fault => fault;

    /// <summary>What to do about it.</summary>
    public string Hint => hint;
}
