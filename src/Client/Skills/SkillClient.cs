using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Skills;

/// <summary>Reads skills.</summary>
public sealed class SkillClient
{
    private readonly CallRunner _calls;
    private readonly SkillService.SkillServiceClient _skills;

    internal SkillClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _skills = new(invoker);
    }

    /// <summary>Lists the skills by id, reading further pages as they are needed.</summary>
    public IAsyncEnumerable<Skill> ListAsync(
        string tag = "", string category = "", string text = "", CancellationToken cancellation = default) =>
        Pages.ReadAsync(
            (cursor, c) => _calls.RunAsync(
                o => _skills.ListSkillsAsync(new() { Tag = tag, Category = category, Q = text, Cursor = cursor }, o), Repeat.WhenSafe, c),
            page => page.Items,
            page => page.NextCursor,
            cancellation);

    /// <summary>Reads a skill with its text.</summary>
    public Task<SkillDetails> GetAsync(string skillId, CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _skills.GetSkillAsync(new() { SkillId = skillId }, o), Repeat.WhenSafe, cancellation);
}
