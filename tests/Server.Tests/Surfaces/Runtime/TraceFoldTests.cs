using System.Text.Json;
using Koda.Protos.Runtime.V1;
using Koda.Server.Surfaces.Runtime;
using Xunit;

namespace Koda.Server.Tests.Surfaces.Runtime;

public class TraceFoldTests
{
    private readonly TraceFold _fold = new();
    private readonly EventScript _log = new();

    [Fact]
    public void A_provider_call_shows_the_full_prompt_of_its_moment()
    {
        Add(
            "model.started",
            """{"step":1,"provider":"openai","model":"m","system":"Be good.","tools":[{"name":"read"}],"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"""
        );
        Add("model.delta", """{"step":1,"text":"I re"}""");
        Add("model.delta", """{"step":1,"text":"ad."}""");
        Add(
            "model.finished",
            """{"step":1,"message":{"role":"assistant","content":[]},"stop_reason":"tool_call","latency_ms":40,"first_token_ms":7}""",
            """{"input_tokens":12,"output_tokens":3,"cost_micros":1500}"""
        );
        Add("tool.started", """{"step":1,"call_id":"c1","tool":"read","arguments":{"path":"a.txt"},"read_only":true}""");
        Add("tool.finished", """{"step":1,"call_id":"c1","tool":"read","status":"ok","result":"text of a"}""");
        Add("model.started", """{"step":2,"provider":"openai","model":"m","messages":[]}""");

        TraceStep[] steps = [.. _fold.Steps()];
        ProviderCall first = steps[0].ProviderCall;
        Assert.Equal("I read.", first.Text);
        Assert.Equal(7, first.FirstTokenMs);
        Assert.Equal(0.0015, first.Usage.CostUsd);
        using JsonDocument second = JsonDocument.Parse(steps[2].ProviderCall.Prompt);
        Assert.Equal("Be good.", second.RootElement.GetProperty("system").GetString());
        Assert.Equal(
            ["user", "assistant", "tool"],
            second.RootElement.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString()));
        Assert.Equal("running", steps[2].Status);
    }

    [Fact]
    public void A_tool_call_carries_its_approval()
    {
        Add("approval.requested", $$$"""{"approval_id":"{{{Guid.Empty}}}","call_id":"c1","tool":"bash","arguments":{"command":"make"}}""");
        Assert.Equal("waiting", Assert.Single(_fold.Steps(), step => step.Kind == TraceStepKind.ToolCall).Status);

        Add("approval.answered", $$"""{"approval_id":"{{Guid.Empty}}","call_id":"c1","decision":"approved","by":"principal:1"}""");
        Add("tool.started", """{"call_id":"c1","tool":"bash","arguments":{"command":"make"}}""");
        Add("tool.finished", """{"call_id":"c1","tool":"bash","status":"ok","result":"done","diff":""}""");

        ToolCall call = Assert.Single(_fold.Steps(), step => step.Kind == TraceStepKind.ToolCall).ToolCall;
        Assert.Equal(("approved", "principal:1", "done"), (call.Approval.Decision, call.Approval.DecidedBy, call.Result));
        Assert.Equal(2, _fold.Steps().Count(step => step.Kind == TraceStepKind.AuditEvent));
    }

    [Fact]
    public void A_step_lasts_as_long_as_the_worker_says_whatever_a_person_took_to_answer()
    {
        Add("model.started", """{"step":1,"provider":"p","model":"m","messages":[]}""");
        Add(
            "model.finished",
            """{"step":1,"message":{"role":"assistant","content":[]},"stop_reason":"tool_use","latency_ms":40,"first_token_ms":7}"""
        );
        Add("approval.requested", $$$"""{"approval_id":"{{{Guid.Empty}}}","call_id":"c1","tool":"bash","arguments":{"command":"make"}}""");
        Add("approval.answered", $$"""{"approval_id":"{{Guid.Empty}}","call_id":"c1","decision":"approved","by":"principal:1"}""");
        Add("tool.started", """{"call_id":"c1","tool":"bash","arguments":{"command":"make"}}""");
        Add("tool.finished", """{"call_id":"c1","tool":"bash","status":"ok","result":"done","diff":"","duration_ms":3}""");
        Add("model.started", """{"step":2,"provider":"p","model":"m","messages":[]}""");
        Add("model.failed", """{"step":2,"error":{"code":"provider.timeout","message":"Slow."},"latency_ms":9}""");

        Assert.Equal([40, 3, 9], _fold.Steps().Where(step => step.Kind != TraceStepKind.AuditEvent).Select(step => step.DurationMs));
    }

    [Fact]
    public void What_a_lost_attempt_had_begun_is_interrupted()
    {
        Add("model.started", """{"step":1,"provider":"p","model":"m","messages":[]}""");
        Add("model.delta", """{"step":1,"text":"half"}""");
        Add("attempt.lost", """{"attempt":1}""");

        TraceStep step = Assert.Single(_fold.Steps());
        Assert.Equal(("interrupted", "half"), (step.Status, step.ProviderCall.Text));
    }

    [Fact]
    public void A_call_id_used_again_is_another_step()
    {
        for (int i = 0; i < 2; i++)
        {
            Add("tool.started", """{"call_id":"call_0","tool":"list","arguments":{}}""");
            Add("tool.finished", """{"call_id":"call_0","tool":"list","status":"ok","result":"x"}""");
        }

        Assert.Equal(2, _fold.Steps().Count);
    }

    private void Add(string kind, string payload, string? usage = null) => _fold.Add(_log.Next(kind, payload, usage));
}
