namespace Koda.Server.Engine.Tasks;

/// <summary>Why a task or an attempt failed: a stable machine code, and the same for people.</summary>
internal sealed record TaskFault(string Code, string Message);
