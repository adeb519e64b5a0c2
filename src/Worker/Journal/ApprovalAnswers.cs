namespace Koda.Worker.Journal;

/// <summary>The answers of people to the calls of a run.</summary>
internal sealed class ApprovalAnswers
{
    private const string DeniedText = "A person denied this call.";
    private const string ExpiredText = "Nobody approved this call in time, so it is denied.";
    private const string UnansweredText =
        "Nobody answered this question in time. Decide by yourself, and say in your answer what you assumed.";
    private const string Question = "question";

    private readonly Dictionary<string, ApprovalRequested> _asked = [];
    private readonly Dictionary<string, (string Digest, ApprovalAnswer Answer)> _answers = [];
    private readonly Dictionary<string, ApprovalAnswer> _always = [];
    private readonly List<AlwaysAllowed> _allowed = [];
    private readonly List<DeniedCall> _denied = [];

    /// <summary>What people allowed for always.</summary>
    public IReadOnlyList<AlwaysAllowed> Always => _allowed;

    /// <summary>The calls that people denied.</summary>
    public IReadOnlyList<DeniedCall> Denied => _denied;

    /// <summary>The answer to exactly this call. Null: nobody was asked, or nobody has answered.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="digest">What the answer is bound to.</param>
    public ApprovalAnswer? Find(string callId, string digest) =>
        _answers.TryGetValue(callId, out var once) && once.Digest == digest ? once.Answer : null;

    /// <summary>
    /// The answer that allows every call of a tool, but not to leave the workspace nor what other tools have rules for. Null: there is
    /// none.
    /// </summary>
    public ApprovalAnswer? ForTool(string tool) => _always.GetValueOrDefault(tool);

    public void Apply(ApprovalRequested asked) => _asked[asked.ApprovalId] = asked;

    public void Apply(ApprovalAnswered answered)
    {
        var approved = answered.Decision == ApprovalAnswered.Approved;
        var reason = string.IsNullOrEmpty(answered.Rationale) ? DeniedText : $"{DeniedText} {answered.Rationale}";
        var answer = new ApprovalAnswer(answered.ApprovalId, approved, approved ? "" : reason, answered.Response);
        if (!_asked.TryGetValue(answered.ApprovalId, out var asked))
            return;
        _answers[asked.CallId] = (asked.Digest, answer with { Shown = asked.Preview });
        if (asked.Purpose == Question)
            return;
        if (!approved)
            _denied.Add(new DeniedCall(asked.Tool, asked.Arguments?.ToJsonString() ?? "{}"));
        else if (answered.Scope == ApprovalAnswered.Always)
            Allow(asked, answer);
    }

    public void Apply(ApprovalExpired expired)
    {
        if (!_asked.TryGetValue(expired.ApprovalId, out var asked))
            return;
        var why = asked.Purpose == Question ? UnansweredText : ExpiredText;
        _answers[asked.CallId] = (asked.Digest, new ApprovalAnswer(expired.ApprovalId, Approved: false, why));
    }

    /// <summary>The call has its result: its answer must not reach a later call with the same id.</summary>
    public void Used(string callId) => _answers.Remove(callId);

    private void Allow(ApprovalRequested asked, ApprovalAnswer answer)
    {
        if (string.IsNullOrEmpty(asked.AlwaysPattern))
            _always[asked.Tool] = answer;
        else
            _allowed.AddRange(asked.AlwaysPattern.Split('\n').Select(AlwaysAllowed.Parse));
    }
}
