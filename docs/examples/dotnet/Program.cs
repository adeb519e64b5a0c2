// Submits a task, follows it over restarts of the server, and asks on this terminal what the task asks of a person.
//   KODA_TOKEN=... dotnet run -- http://127.0.0.1:8090 atlas "Audit the auth service"
using System.Text.Json;
using Koda.Client;
using Runtime = Koda.Protos.Runtime.V1;

await using var koda = new KodaClient(new KodaClientOptions { Url = new Uri(args[0]), Token = Environment.GetEnvironmentVariable("KODA_TOKEN") });
var task = await koda.Tasks.SubmitAsync(new Runtime.SubmitTaskRequest { AgentId = args[1], Query = args[2] });
await foreach (var happened in koda.Tasks.WatchAsync(task.Id))
{
    Console.WriteLine($"{happened.Seq} {happened.Kind}");
    if (happened.Kind == "approval.requested")
        await AnswerAsync(JsonDocument.Parse(happened.Payload).RootElement);
}

task = await koda.Tasks.GetAsync(task.Id);
Console.WriteLine(task.HasOutput ? task.Output : task.Error.Message);

async Task AnswerAsync(JsonElement asked)
{
    Console.Write($"Allow {asked.GetProperty("tool")} {asked.GetProperty("arguments")}? [y/N] ");
    var isAllowed = Console.ReadLine()?.Trim() == "y";
    await koda.Approvals.AnswerAsync(new Runtime.AnswerApprovalRequest
    {
        ApprovalId = asked.GetProperty("approval_id").GetString(),
        Digest = asked.GetProperty("digest").GetString(),
        Decision = isAllowed ? Runtime.ApprovalDecision.Approve : Runtime.ApprovalDecision.Deny,
    });
}
