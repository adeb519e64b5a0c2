using Koda.Server.Engine.RateLimits;
using Koda.Testing;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Engine.RateLimits;

public sealed class RateCountStoreTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly string _subject = $"subject-{Guid.NewGuid():N}";
    private readonly RateCountStore _counts = new(postgres.Database);

    [Fact]
    public async Task What_is_left_goes_down_to_nothing_and_only_the_first_refusal_is_told()
    {
        var budget = new RateBudget(2, TimeSpan.FromHours(1));

        Assert.Equal(
            [(1, RateRefusal.None), (2, RateRefusal.None), (2, RateRefusal.First), (2, RateRefusal.Repeated)],
            await Take(budget, 4));
    }

    [Fact]
    public async Task A_refused_call_comes_free_when_the_oldest_leaves_the_window()
    {
        var budget = new RateBudget(1, TimeSpan.FromHours(1));
        await Take(budget, 1);
        await Shift(minutes: 59);

        var refused = await _counts.Take("test", _subject, budget, default);

        Assert.InRange(refused.Left, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        await Shift(minutes: 2);
        Assert.Equal((1, RateRefusal.None), (await Take(budget, 1)).Single());
    }

    [Theory]
    [InlineData(129)]
    [InlineData(1000)]
    public async Task A_large_budget_is_counted_to_the_last_call_in_a_row_that_stays_small(int limit)
    {
        var taken = await Take(new RateBudget(limit, TimeSpan.FromHours(1)), limit + 1);

        Assert.Equal(Enumerable.Range(1, limit), taken.SkipLast(1).Select(count => count.Used));
        Assert.Equal((limit, RateRefusal.First), taken[^1]);
        Assert.InRange(await Times(), 1, 128);
    }

    private async Task<List<(int Used, RateRefusal Refusal)>> Take(RateBudget budget, int calls)
    {
        var taken = new List<(int, RateRefusal)>();
        for (var call = 0; call < calls; call++)
        {
            var count = await _counts.Take("test", _subject, budget, default);
            taken.Add((count.Used, count.Refusal));
        }
        return taken;
    }

    private async Task Shift(int minutes)
    {
        await using var command = postgres.Database.Source.CreateCommand(
            "update rate_counts set calls = array(select call - make_interval(mins => $2) from unnest(calls) as call) where subject = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = _subject });
        command.Parameters.Add(new NpgsqlParameter { Value = minutes });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<int> Times()
    {
        await using var command = postgres.Database.Source.CreateCommand("select cardinality(calls) from rate_counts where subject = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = _subject });
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
