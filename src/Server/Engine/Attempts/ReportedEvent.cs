using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Attempts;

/// <summary>
/// An event as a worker reports it. The payload is a JSON object; of the call counts of the usage only the unpriced ones are read.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="Payload">The event.</param>
/// <param name="Usage">What it consumed.</param>
/// <param name="AskedNoModel">Whether rules or a script gave the answer that it tells of: it is no model call.</param>
/// <param name="Model">The model that answered. Empty: not said.</param>
internal sealed record ReportedEvent(string Kind, string Payload, UsageTotals? Usage = null, bool AskedNoModel = false, string Model = "");
