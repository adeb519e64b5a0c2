using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

public sealed class SkillTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>
{
    private const string Skills = "/api/control-plane/skills";
    private const string Agents = "/api/control-plane/agents";

    private KodaHost Host => koda.Host;

    private string DataFolder => Directory.CreateDirectory(Path.Combine(Host.Workspace, "../data/skills")).FullName;

    [Fact]
    public async Task A_file_counts_as_soon_as_it_is_written_changed_and_removed()
    {
        var file = Path.Combine(DataFolder, "hot.md");

        await File.WriteAllTextAsync(file, "---\nname: Hot\ncategory: heat\ntags: [fire]\n---\nBurn.");
        var written = await Host.Rest.Get($"{Skills}?category=HEAT&tag=Fire&q=hot");
        await File.WriteAllTextAsync(file, "---\nname: Hotter\n---\nBurn more.");
        var changed = await Host.Rest.Get($"{Skills}/HOT");
        File.Delete(file);
        var removed = await Host.Rest.Get($"{Skills}/hot");

        Assert.Equal("Hot", Assert.Single(written.Json["items"]!.AsArray())!.At("name"));
        Assert.Equal(("Hotter", "Burn more.", """{"name":"Hotter"}"""), (
            changed.Json.At("skill", "name"), changed["body"], changed.Json["front_matter"]!.ToJsonString()));
        Assert.Equal((404, "skill.not_found"), (removed.Status, removed["code"]));
    }

    [Fact]
    public async Task A_file_with_faults_is_listed_with_all_of_them_and_replaces_nothing()
    {
        await File.WriteAllTextAsync(Path.Combine(DataFolder, "release-notes.md"), "---\ntriggers: ['(']\npriority: x\n---\nBroken.");
        await File.WriteAllTextAsync(Path.Combine(DataFolder, "broken.md"), "---\nname: {\n---\n");

        var shadowed = await Host.Rest.Get($"{Skills}/release-notes");
        var broken = await Host.Rest.Get($"{Skills}/broken");

        Assert.Equal(
            ("true", "built_in", "Release notes"),
            (shadowed.Json.At("skill", "valid"), shadowed.Json.At("skill", "source"), shadowed.Json.At("skill", "name")));
        Assert.Equal(
            ["priority", "triggers[0]"],
            shadowed.Json["skill"]!["problems"]!.AsArray().Select(problem => problem!.At("path")).Order(StringComparer.Ordinal));
        Assert.Equal(("false", "broken.md"), (broken.Json.At("skill", "valid"), broken.Json["skill"]!["problems"]![0]!.At("file")));
        foreach (var name in new[] { "release-notes.md", "broken.md" })
            File.Delete(Path.Combine(DataFolder, name));
    }

    [Fact]
    public async Task Lists_page_by_id_and_aliases_lead_to_their_skill()
    {
        var first = await Host.Rest.Get($"{Skills}?limit=2");
        var second = await Host.Rest.Get($"{Skills}?limit=2&cursor={first["next_cursor"]}");

        Assert.Equal(["code-review", "debug-failure", "release-notes", "security-review"],
            first.Json["items"]!.AsArray().Concat(second.Json["items"]!.AsArray()).Select(item => item!.At("id")));
        Assert.Equal("write-tests", (await Host.Rest.Get($"{Skills}/Testing")).Json.At("skill", "id"));
        Assert.Equal("cursor.invalid", (await Host.Rest.Get($"{Skills}?limit=2&q=x&cursor={first["next_cursor"]}"))["code"]);
    }

    [Fact]
    public async Task Attached_skills_reach_the_prompt_when_the_query_triggers_them_and_stay_the_same_over_attempts()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "write", """{"path":"note.txt","content":"hello"}"""), ModelTurn.Say("Done."));
        await Host.Define("skilled", model, tools: """["write"]""");
        await Host.Rest.Put(
            $"{Agents}/skilled/sections/skills",
            """{"skills": ["security-review", "write-tests", "own", "local", "nowhere"]}"""
        );
        await Host.Rest.Post($"{Agents}/skilled/publish");
        var own = Path.Combine(DataFolder, "own.md");
        await File.WriteAllTextAsync(own, "Always be brief.");
        var workspace = Directory.CreateDirectory(Path.Combine(Host.Workspace, "skilled"));
        var local = Directory.CreateDirectory(Path.Combine(workspace.FullName, ".koda/skills"));
        await File.WriteAllTextAsync(Path.Combine(local.FullName, "local.md"), "Only in this workspace.");
        await File.WriteAllTextAsync(Path.Combine(local.FullName, "security-review.md"), "---\npriority: 99\n---\nOur own review.");

        var task = await Host.SubmitIn(workspace.FullName, "skilled", "Audit the login for security.");
        await Host.Reach(task, "approval.requested");
        await File.WriteAllTextAsync(own, "Never be brief.");
        var approval = (await Host.Rest.Get($"/api/runtime/approvals?task_id={task}")).Json["items"]![0]!.At("id");
        await Host.Rest.Post($"/api/runtime/approvals/{approval}/answer", """{"decision": "approve"}""");
        var done = await Host.Follow(task);

        Assert.True(done.At("status") == "completed", done.ToJsonString());
        var prompts = (await Host.Steps(task, "provider_call")).Select(step => step.At("provider_call", "prompt", "system")).ToList();
        Assert.Equal(2, prompts.Count);
        Assert.Equal(prompts[0], prompts[1]);
        var parts = new[] { "You do what the script says.", "# Skills", "Our own review.", "Only in this workspace.", "Always be brief." };
        Assert.Equal(parts, parts.OrderBy(part => prompts[0].IndexOf(part, StringComparison.Ordinal)));
        Assert.All(parts, part => Assert.Contains(part, prompts[0], StringComparison.Ordinal));
        var recorded = Assert.Single(await Host.Steps(task, "audit_event"), step => step.At("audit_event", "kind") == "skills.attached");
        var payload = recorded["audit_event"]!["payload"]!;
        Assert.Equal(["security-review workspace always", "local workspace always", "own data always"],
            payload["skills"]!.AsArray().Select(skill => $"{skill!.At("id")} {skill!.At("source")} {skill!.At("reason")}"));
        Assert.Equal(["nowhere not_found", "write-tests not_triggered"],
            payload["left_out"]!.AsArray().Select(skill => $"{skill!.At("id")} {skill!.At("reason")}").Order(StringComparer.Ordinal));
        File.Delete(own);
    }

    [Fact]
    public async Task The_prompt_that_a_query_would_get_can_be_seen_before()
    {
        await Host.Rest.Post(Agents, """{"agent_id": "previewed", "definition": {"system_prompt": "You are.", "skills": ["*"]}}""");

        var quiet = await Host.Rest.Get($"{Agents}/previewed/compiled-prompt?query=Rename%20it");
        var loud = await Host.Rest.Get($"{Agents}/previewed/compiled-prompt?query=Write%20release%20notes");
        var unpublished = await Host.Rest.Get($"{Agents}/previewed/compiled-prompt?version=published");

        Assert.Equal(("You are.", "[]"), (quiet["prompt"], quiet.Json["skills"]!.ToJsonString()));
        Assert.Contains("## Release notes", loud["prompt"], StringComparison.Ordinal);
        Assert.Equal("""["release-notes"]""", loud.Json["skills"]!.ToJsonString());
        Assert.Equal("agent.version_not_found", unpublished["code"]);
    }
}
