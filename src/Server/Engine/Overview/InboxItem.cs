using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Overview;

/// <summary>An approval that waits, with the run that waits for it.</summary>
internal sealed record InboxItem(ApprovalRecord Asked, WaitingRun Run);

/// <summary>A run that waits for a person.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it is.</param>
/// <param name="StreamId">The stream that tells of it: a task's own, or its conversation's.</param>
/// <param name="Title">The conversation's title, or how the task begins.</param>
internal sealed record WaitingRun(Guid Id, RunKind Kind, Guid StreamId, string Title);
