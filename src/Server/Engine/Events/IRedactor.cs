namespace Koda.Server.Engine.Events;

/// <summary>Removes secrets from what is about to be hashed and stored for good.</summary>
internal interface IRedactor
{
    /// <summary>The text with every known secret replaced; the same instance when there is none in it.</summary>
    string Redact(string text);
}
