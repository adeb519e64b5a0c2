using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Overview;

/// <summary>An approval that waits, with the run that waits for it.</summary>
internal sealed record InboxItem(ApprovalRecord Asked, Guid RunId, RunKind RunKind, Guid StreamId, string Title);
