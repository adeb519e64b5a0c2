using System.Globalization;
using Koda.Server.Http.Wire;
using Xunit;

namespace Koda.Http.Tests.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("00:00:00.0000001", "1u")]
    [InlineData("00:00:00.0000010", "1u")]
    [InlineData("00:00:00.0000011", "2u")]
    [InlineData("00:00:01", "1000000u")]
    [InlineData("00:01:39.9999990", "99999999u")]
    [InlineData("00:01:40", "100000m")]
    [InlineData("1.03:46:39.9990000", "99999999m")]
    [InlineData("1.03:46:40", "100000S")]
    [InlineData("1157.09:46:40", "1666667M")]
    public void A_timeout_is_written_in_the_finest_unit_that_holds_it(string timeout, string expected) =>
        Assert.Equal(expected, GrpcTimeout.Format(TimeSpan.Parse(timeout, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void What_is_over_already_is_written_as_the_least(long ticks) => Assert.Equal("1n", GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void The_longest_time_is_written() => Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.MaxValue), out _));

    [Theory]
    [InlineData("1n", 1)]
    [InlineData("100n", 1)]
    [InlineData("101n", 2)]
    [InlineData("1u", 10)]
    [InlineData("1m", 10_000)]
    [InlineData("1S", 10_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("99999999S", 999_999_990_000_000)]
    public void Every_unit_is_read(string value, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(value, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Fact]
    public void A_timeout_beyond_what_can_be_measured_is_the_longest()
    {
        Assert.True(GrpcTimeout.TryParse("99999999H", out var timeout));
        Assert.True(timeout > TimeSpan.FromDays(4_000_000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("123456789S")]
    public void Other_forms_are_refused(string value) => Assert.False(GrpcTimeout.TryParse(value, out _));
}
