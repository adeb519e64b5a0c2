namespace Koda.Worker.Journal;

/// <summary>The answers of people to the calls of a run.</summary>
internal sealed class ApprovalAnswers
{
    private const string Denied = "A person denied this call.";
    private const string Expired = "Nobody approved this call in time, so it is denied.";

    private readonly Dictionary<string, ApprovalRequested> _asked = [];
    private readonly Dictionary<string, (string Digest, ApprovalAnswer Answer)> _answers = [];
    private readonly Dictionary<string, ApprovalAnswer> _always = [];

    /// <summary>The answer to exactly this call. Null: nobody was asked, or nobody has answered.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="tool">Its tool; an answer for always reaches all of its calls.</param>
    /// <param name="digest">What an answer for once is bound to.</param>
    public ApprovalAnswer? Find(string callId, string tool, string digest) =>
        _answers.TryGetValue(callId, out var once) && once.Digest == digest ? once.Answer : _always.GetValueOrDefault(tool);

    public void Apply(ApprovalRequested asked) => _asked[asked.ApprovalId] = asked;

    public void Apply(ApprovalAnswered answered)
    {
        var approved = answered.Decision == ApprovalAnswered.Approved;
        var reason = string.IsNullOrEmpty(answered.Rationale) ? Denied : $"{Denied} {answered.Rationale}";
        var answer = new ApprovalAnswer(answered.ApprovalId, approved, approved ? "" : reason);
        if (!_asked.TryGetValue(answered.ApprovalId, out var asked))
            return;
        _answers[asked.CallId] = (asked.Digest, answer);
        if (approved && answered.Scope == ApprovalAnswered.Always)
            _always[asked.Tool] = answer;
    }

    public void Apply(ApprovalExpired expired)
    {
        if (_asked.TryGetValue(expired.ApprovalId, out var asked))
            _answers[asked.CallId] = (asked.Digest, new ApprovalAnswer(expired.ApprovalId, Approved: false, Expired));
    }

    /// <summary>The call has its result: its answer must not reach a later call with the same id.</summary>
    public void Used(string callId) => _answers.Remove(callId);
}
