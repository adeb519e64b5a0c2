using Koda.Server.Engine.Usage;

namespace Koda.Server.Engine.Attempts;

/// <summary>An event as a worker reports it. The payload is a JSON object; call counts of the usage are not read.</summary>
internal sealed record ReportedEvent(string Kind, string Payload, UsageTotals? Usage = null);
