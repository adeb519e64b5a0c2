using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests;

/// <summary>
/// One documented request: a curl command or a request as editors send it, and the status that it says it is answered with.
/// </summary>
internal sealed partial record HttpExample(string File, string Title, int Status, string Text)
{
    private const int UsualStatus = 200;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>All examples of a file in docs/http, such as <c>runtime/tasks.http</c>, in order.</summary>
    public static IReadOnlyList<HttpExample> Of(string file, [CallerFilePath] string here = "")
    {
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/http", file));
        return [.. System.IO.File.ReadAllText(path).Split("### ").Skip(1).Select(part => Parse(file, part))];
    }

    /// <summary>Sends all examples of a file, and checks that each is answered with the status that it says.</summary>
    public static async Task SendAll(KodaHost host, string file, params (string Name, string Value)[] own)
    {
        var variables = own.ToDictionary(variable => variable.Name, variable => variable.Value);
        variables["host"] = host.Url.ToString().TrimEnd('/');
        variables["token"] = host.OperatorToken;
        foreach (var example in Of(file))
        {
            var status = await example.Send(variables);
            Assert.True(status == example.Status, $"{file}: '{example.Title}' answered {status}, not {example.Status}.");
        }
    }

    /// <summary>Sends the example, its variables filled in, and gives the status of the answer.</summary>
    public async Task<int> Send(IReadOnlyDictionary<string, string> variables)
    {
        var text = variables.Aggregate(Text, (filled, variable) =>
            filled.Replace($"{{{{{variable.Key}}}}}", variable.Value, StringComparison.Ordinal));
        if (text.Contains("{{", StringComparison.Ordinal))
            throw new InvalidOperationException($"{File}: '{Title}' has a variable that is not known: {text}");
        return text.StartsWith("curl ", StringComparison.Ordinal) ? await RunCurl(text) : await SendRequest(text);
    }

    private static HttpExample Parse(string file, string part)
    {
        var lines = part.ReplaceLineEndings("\n").Split('\n');
        var status = lines.Select(line => Answers().Match(line)).FirstOrDefault(match => match.Success);
        var text = string.Join('\n', lines.Skip(1).Where(line => !line.StartsWith('#'))).Trim();
        return new HttpExample(
            file, lines[0], status is null ? UsualStatus : int.Parse(status.Groups[1].Value, CultureInfo.InvariantCulture), text);
    }

    private static async Task<int> RunCurl(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"{command} --silent --show-error --output /dev/null --write-out '%{{http_code}}'"])
        {
            RedirectStandardOutput = true,
        };
        using var curl = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_patience);
        var status = await curl.StandardOutput.ReadToEndAsync(deadline.Token);
        await curl.WaitForExitAsync(deadline.Token);
        return int.Parse(status, CultureInfo.InvariantCulture);
    }

    private static async Task<int> SendRequest(string text)
    {
        var parts = text.Split("\n\n", 2);
        var head = parts[0].Split('\n');
        var line = head[0].Split(' ', 2);
        using var request = new HttpRequestMessage(HttpMethod.Parse(line[0]), line[1]);
        if (parts.Length == 2)
            request.Content = new StringContent(parts[1], Encoding.UTF8, "application/json");
        foreach (var header in head.Skip(1).Select(header => header.Split(": ", 2)).Where(header => header[0] != "Content-Type"))
            request.Headers.Add(header[0], header[1]);
        using var http = new HttpClient { Timeout = s_patience };
        // A feed has no end of its own.
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)response.StatusCode;
    }

    [GeneratedRegex(@"^# Answers (\d{3})\.")]
    private static partial Regex Answers();
}
