using System.Globalization;
using System.Text.Json;
using Koda.Fuzz.Tests.Inputs;

namespace Koda.Fuzz.Tests;

/// <summary>Sends inputs from several lanes at once, and judges what comes back.</summary>
internal sealed class FuzzRun(FuzzServer server, FuzzReport report, Action<string> say)
{
    private const int Lanes = 8;
    private const int Workers = 4;
    private const int BetweenPreparations = 2000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Oracle _oracle = new(server.Secrets);
    private int _sent;

    /// <summary>Runs until the time is over, or so many inputs are sent.</summary>
    /// <param name="seed">With the same one, each lane makes the same inputs as far as the server gives the same ids.</param>
    /// <param name="time">How long.</param>
    /// <param name="most">How many inputs at most.</param>
    public async Task Run(int seed, TimeSpan time, int most)
    {
        say($"seed {seed.ToString(CultureInfo.InvariantCulture)}");
        await server.Prepare();
        using var over = new CancellationTokenSource(time);
        using var sender = new Sender(server.Url);
        var lanes = Enumerable
            .Range(0, Lanes)
            .Select(lane => Task.Run(() => Lane(new Hostile(new Random(seed + lane)), sender, most, over.Token)));
        var workers = Enumerable
            .Range(1, Workers)
            .Select(number => Task.Run(() => new FuzzWorker(server, report, new Hostile(new Random(seed - number))).Run(over.Token)));
        await Task.WhenAll(lanes.Concat(workers));
    }

    private async Task Lane(Hostile hostile, Sender sender, int most, CancellationToken over)
    {
        var maker = new InputMaker(hostile, server.Known, server.Tokens);
        while (!over.IsCancellationRequested && server.Runs && Interlocked.Increment(ref _sent) is var number && number <= most)
        {
            if (number % BetweenPreparations == 0)
            {
                say($"{number} inputs, {report.Findings.Count} findings, {server.Megabytes()} MB");
                await server.Prepare();
            }
            await Try(maker.Next(), sender);
        }
    }

    private async Task Try(FuzzInput input, Sender sender)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            var answer = await sender.Send(input, patience.Token);
            report.Add(input.Kind, input.Rpc, answer);
            if (_oracle.Judge(input, answer) is { } wrong)
                report.Find(
                    $"{input.Kind.Split(' ')[0]} {input.Rpc} {wrong}",
                    $"{wrong}\n  {input.Rpc}\n  {Short(input.Describe())}\n  {answer.Label}: {Short(answer.Message + answer.Body)}");
            if (answer is { ContentType: "application/json", Status: 200 or 201 or 202 })
                Learn(input.Rpc, answer.Body);
        }
        catch (OperationCanceledException)
        {
            report.Find($"hang {input.Rpc}", $"no answer within {s_patience.TotalSeconds:0} s\n  {input.Rpc}\n  {Short(input.Describe())}");
        }
        catch (HttpRequestException failure)
        {
            report.Find($"connection {input.Kind}", $"{failure.Message}\n  {input.Rpc}\n  {Short(input.Describe())}");
        }
    }

    private void Learn(string rpc, string body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            server.Known.Learn(rpc.Split('.')[^1], answer.RootElement);
        }
        catch (JsonException)
        {
            // It was cut off where reading stopped.
        }
    }

    private static string Short(string text) => text.Length <= 3000 ? text : text[..3000] + "…";
}
