using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Koda.Cli.Tests.Logging;

/// <summary>Nonsense does not fill the log of a server as <c>koda up</c> starts it.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed partial class FloodTests(LocalKoda koda)
{
    private const int Requests = 20_000;
    private const int MostBytes = 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Twenty_thousand_nonsense_requests_are_less_than_a_megabyte_and_all_are_counted()
    {
        var token = File.ReadAllText(Path.Combine(koda.Data, "operator.token")).Trim();
        var (size, before) = (Size(), Counted());
        using var http = new HttpClient { BaseAddress = new Uri(koda.Url) };

        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (request, stop) =>
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "/api/runtime/tasks")
            {
                Content = new StringContent($"\u001b[2J\n{{{request}", null, "application/json"),
            };
            if (request % 2 == 0)
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await http.SendAsync(message, stop);
            Assert.Equal(request % 2 == 0 ? 400 : 401, (int)answer.StatusCode);
        });

        using var limit = new CancellationTokenSource(s_patience);
        while (Counted() - before < Requests && !limit.IsCancellationRequested) await Task.Delay(500, CancellationToken.None);
        Assert.Equal(Requests, Counted() - before);
        Assert.InRange(Size() - size, 1, MostBytes);
        Assert.All(Lines(), line => Assert.DoesNotContain(line, char.IsControl));
    }

    private string[] Lines() => [.. Directory.GetFiles(Path.Combine(koda.Data, "logs"), "server*.log").SelectMany(File.ReadAllLines)];

    private long Size() => Directory.GetFiles(Path.Combine(koda.Data, "logs")).Sum(file => new FileInfo(file).Length);

    private int Counted() => Lines().Count(line => line.Contains(" was refused with ", StringComparison.Ordinal))
        + Lines().Select(line => Summary().Match(line)).Where(match => match.Success).Sum(match => int.Parse(match.Groups[1].Value, null));

    [GeneratedRegex(@"more of the same: (\d+) \(")]
    private static partial Regex Summary();
}
