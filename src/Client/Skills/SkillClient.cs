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
        string tag = "", string category = "", string text = "", CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) => _calls.Run(
                o => _skills.ListSkillsAsync(new() { Tag = tag, Category = category, Q = text, Cursor = cursor }, o), Repeat.WhenSafe, c),
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Reads a skill with its text.</summary>
    public Task<SkillDetails> GetAsync(string skillId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _skills.GetSkillAsync(new() { SkillId = skillId }, o), Repeat.WhenSafe, cancellationToken);
}
