using Koda.Server.Engine.Events;

namespace Koda.Server.Tests.Engine.Events;

internal sealed class NoSecrets : IRedactor
{
    public string Redact(string text) => text;
}
