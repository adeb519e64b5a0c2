namespace Koda.Worker.Journal;

/// <summary>A limit was reached.</summary>
internal sealed record GuardrailHit(string Rule, string Detail) : IJournalPayload
{
    public const string RepeatedCall = "repeated_call";
    public const string MaxIterations = "max_iterations";
    public const string MaxTokens = "max_tokens";
    public const string MaxCost = "max_cost";
    public const string ToolInput = "tool_input";
    public const string Budget = "budget";
    public const string BudgetWarning = "budget_warning";
    public const string ContextFull = "context_full";
    public const string PriceUnknown = "price_unknown";

    public static string Kind => "guardrail.hit";
}

/// <summary>A tool was asked to leave the workspace.</summary>
internal sealed record PathRefused(string Tool, string Path) : IJournalPayload
{
    public static string Kind => "security.path_refused";
}

/// <summary>Commands of this work run without a sandbox.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Accepted">Whether the worker was started to run those of tasks by the agent's rules alone; otherwise each is asked
/// about.</param>
internal sealed record CommandsUnconfined(string Reason, bool Accepted) : IJournalPayload
{
    public static string Kind => "security.commands_unconfined";
}

/// <summary>Skills went into the system prompt, which the next <c>model.started</c> holds.</summary>
internal sealed record SkillsAttached(IReadOnlyList<JournalSkill> Skills, IReadOnlyList<JournalSkillLeftOut> LeftOut) : IJournalPayload
{
    public static string Kind => "skills.attached";
}

/// <summary>A skill in a prompt.</summary>
internal sealed record JournalSkill(string Id, string Version, string Source, string Digest, string Reason);

/// <summary>A skill that was left out of a prompt.</summary>
internal sealed record JournalSkillLeftOut(string Id, string Reason);
