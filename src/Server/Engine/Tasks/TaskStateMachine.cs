using System.Collections.Frozen;

namespace Koda.Server.Engine.Tasks;

/// <summary>The one table of state changes. The CHECK constraints of <c>tasks</c> say the same of what a state needs.</summary>
internal static class TaskStateMachine
{
    private static readonly FrozenDictionary<(TaskState From, TaskTrigger Trigger), TaskState> s_transitions =
        new Dictionary<(TaskState, TaskTrigger), TaskState>
        {
            [(TaskState.Queued, TaskTrigger.Claim)] = TaskState.Running,
            [(TaskState.Queued, TaskTrigger.Pause)] = TaskState.Paused,
            [(TaskState.Queued, TaskTrigger.Cancel)] = TaskState.Cancelled,

            [(TaskState.Running, TaskTrigger.Complete)] = TaskState.Succeeded,
            [(TaskState.Running, TaskTrigger.Fail)] = TaskState.Failed,
            [(TaskState.Running, TaskTrigger.BackOff)] = TaskState.Retrying,
            [(TaskState.Running, TaskTrigger.Release)] = TaskState.Queued,
            [(TaskState.Running, TaskTrigger.Suspend)] = TaskState.Waiting,
            [(TaskState.Running, TaskTrigger.Pause)] = TaskState.Paused,
            [(TaskState.Running, TaskTrigger.Cancel)] = TaskState.Cancelled,

            [(TaskState.Retrying, TaskTrigger.RetryDue)] = TaskState.Queued,
            [(TaskState.Retrying, TaskTrigger.Pause)] = TaskState.Paused,
            [(TaskState.Retrying, TaskTrigger.Cancel)] = TaskState.Cancelled,

            [(TaskState.Waiting, TaskTrigger.Answer)] = TaskState.Queued,
            [(TaskState.Waiting, TaskTrigger.Pause)] = TaskState.Paused,
            [(TaskState.Waiting, TaskTrigger.Cancel)] = TaskState.Cancelled,

            [(TaskState.Paused, TaskTrigger.Resume)] = TaskState.Queued,
            [(TaskState.Paused, TaskTrigger.Cancel)] = TaskState.Cancelled,

            [(TaskState.Failed, TaskTrigger.Retry)] = TaskState.Queued,
            [(TaskState.Cancelled, TaskTrigger.Retry)] = TaskState.Queued,
        }.ToFrozenDictionary();

    /// <summary>The state that the trigger leads to, or null when the state does not allow it.</summary>
    public static TaskState? Next(TaskState from, TaskTrigger trigger) =>
        s_transitions.TryGetValue((from, trigger), out var to) ? to : null;

    /// <summary>Why nothing came of a trigger that the state does not allow, for people.</summary>
    public static string Refusal(TaskState state, TaskTrigger trigger)
    {
        var stands = state switch
        {
            TaskState.Succeeded => "has completed",
            TaskState.Failed => "has failed",
            TaskState.Cancelled => "was cancelled",
            _ => $"is {EnumText<TaskState>.Of(state)}",
        };
        var asked = trigger switch
        {
            TaskTrigger.Pause => "be paused",
            TaskTrigger.Resume => "be resumed",
            TaskTrigger.Cancel => "be cancelled",
            TaskTrigger.Retry => "be retried",
            _ => EnumText<TaskTrigger>.Of(trigger).Replace('_', ' '),
        };
        return $"A task that {stands} cannot {asked}.";
    }

    /// <summary>True for states that only a person's retry leaves.</summary>
    public static bool IsFinal(TaskState state) => state is TaskState.Succeeded or TaskState.Failed or TaskState.Cancelled;
}
