using System.Text;
using Koda.Worker.Loop;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public sealed class StreamRedactorTests
{
    private const string Secret = "abracadabra-1234";

    [Theory]
    [InlineData("the key is abracadabra-1234.", "the key is [redacted].")]
    [InlineData("abracadabra-12 is not all of it", "abracadabra-12 is not all of it")]
    [InlineData("abra abracadabra-123abracadabra-1234", "abra abracadabra-123[redacted]")]
    [InlineData("abracadabra", "abracadabra")]
    public void A_secret_is_found_wherever_the_text_is_cut(string text, string expected)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var seen = new StringBuilder();
            var stream = new StreamRedactor(new Redactor(Secret), (_, piece) => seen.Append(piece));
            foreach (var piece in text.Chunk(size))
                stream.Add("stdout", new string(piece));
            stream.End();
            Assert.Equal(expected, seen.ToString());
        }
    }

    [Fact]
    public void What_waits_in_one_channel_does_not_join_with_another()
    {
        var seen = new List<string>();
        var stream = new StreamRedactor(new Redactor(Secret), (channel, piece) => seen.Add($"{channel}:{piece}"));

        stream.Add("stdout", "x abracadabra");
        stream.Add("stderr", "-1234 y");
        stream.Add("stdout", "-1234 z");

        Assert.Equal(["stdout:x ", "stderr:-1234 y", "stdout:[redacted] z"], seen);
    }
}
