namespace Koda.Worker.Audit.Code;

/// <summary>A file is too complicated to be read within its bounds.</summary>
internal sealed class TooComplexException() : Exception("it is too complicated");
