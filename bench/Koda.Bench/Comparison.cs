namespace Koda.Bench;

/// <summary>
/// Two builds on one PostgreSQL, measured in turns of a few seconds: what else happens on the machine happens to both, so that their ratio
/// is worth more than two runs one after the other.
/// </summary>
internal static class Comparison
{
    private const int Tasks = 3000;

    /// <summary>Prints, for each figure, the medians of both and the median of the ratios of the rounds, this by other.</summary>
    public static async Task Run(string database, string otherDatabase, string otherCheckout)
    {
        var rounds = Benchmarks.Setting("BENCH_ROUNDS", 10);
        var only = Environment.GetEnvironmentVariable("BENCH_ONLY") ?? "";
        await ColdStarts(database, otherDatabase, otherCheckout);
        await using var server = await ServerProcess.Start(database);
        await using var otherServer = await ServerProcess.Start(otherDatabase, otherCheckout);
        using var benchmarks = new Benchmarks(server);
        using var other = new Benchmarks(otherServer);
        Print("idle memory, MiB", [(server.ResidentBytes >> 20, otherServer.ResidentBytes >> 20)]);
        await benchmarks.Prepare();
        await other.Prepare();
        var figures = new Dictionary<string, List<(double This, double Other)>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, figure) in s_figures.Where(figure => figure.Name.Contains(only, StringComparison.Ordinal)))
            {
                var of = round % 2 == 0 ? await Measure(figure, benchmarks, server) : default;
                var ofOther = await Measure(figure, other, otherServer);
                of = round % 2 == 0 ? of : await Measure(figure, benchmarks, server);
                Add(name, of.Figure, ofOther.Figure);
                Add($"{name}: server's processor time, ms", of.ProcessorMs, ofOther.ProcessorMs);
            }
        }

        foreach (var (name, pairs) in figures)
            Print(name, pairs);

        void Add(string name, double one, double another)
        {
            if (!figures.TryGetValue(name, out var pairs))
                figures.Add(name, pairs = []);
            pairs.Add((one, another));
        }
    }

    private static readonly IReadOnlyList<(string Name, Func<Benchmarks, Task<double>> Figure)> s_figures =
    [
        ("submit a second, 16 callers", on => on.Submit(16, Tasks)),
        ("drain a second", on => on.Drain(Tasks)),
        ("submit a second, 64 callers", on => on.Submit(64, Tasks)),
        ("drain a second, again", on => on.Drain(Tasks)),
        ("reads a second by gRPC, 16 callers", on => on.Read(rest: false, 16, Tasks)),
        ("reads a second by REST, 16 callers", on => on.Read(rest: true, 16, Tasks)),
    ];

    private static async Task ColdStarts(string database, string otherDatabase, string otherCheckout)
    {
        var starts = new List<(double This, double Other)>();
        for (var i = 0; i < Benchmarks.Setting("BENCH_STARTS", 7); i++)
        {
            double one, another;
            await using (var server = await ServerProcess.Start(database))
                one = server.ColdStart.TotalMilliseconds;
            await using (var server = await ServerProcess.Start(otherDatabase, otherCheckout))
                another = server.ColdStart.TotalMilliseconds;
            if (i > 0)
                starts.Add((one, another));
        }

        Print("start to ready, ms", starts);
    }

    private static async Task<(double Figure, double ProcessorMs)> Measure(
        Func<Benchmarks, Task<double>> figure, Benchmarks on, ServerProcess server)
    {
        var before = server.ProcessorTime;
        var measured = await figure(on);
        return (measured, (server.ProcessorTime - before).TotalMilliseconds);
    }

    private static void Print(string name, IReadOnlyList<(double This, double Other)> pairs) => Benchmarks.Print(
        name,
        new
        {
            @this = Median(pairs.Select(pair => pair.This)),
            other = Median(pairs.Select(pair => pair.Other)),
            this_by_other = Median(pairs.Select(pair => pair.This / pair.Other), digits: 3),
        });

    private static double Median(IEnumerable<double> values, int digits = 0)
    {
        var sorted = values.Order().ToList();
        return Math.Round((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, digits);
    }
}
