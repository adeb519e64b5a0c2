using Koda.Cli.Chat;

namespace Koda.Cli.Tests.Chat;

public sealed class QuestionPromptTests
{
    [Theory]
    [InlineData("o", "once")]
    [InlineData(" YES ", "once")]
    [InlineData("always", "always")]
    [InlineData("n", "reject")]
    [InlineData("r", "reject")]
    [InlineData("", null)]
    [InlineData("perhaps", null)]
    public void A_permission_is_one_of_three_words(string typed, string? response) =>
        Assert.Equal(response, QuestionPrompt.PermissionOf(typed));

    [Theory]
    [InlineData("2", false, "Go")]
    [InlineData("1, 2", true, "C#, Go")]
    [InlineData("1, 2", false, "1, 2")]
    [InlineData("3", false, "3")]
    [InlineData(" Rust ", false, "Rust")]
    [InlineData("  ", false, null)]
    public void An_answer_is_an_option_by_number_or_any_words(string typed, bool multiple, string? answer) =>
        Assert.Equal(answer, QuestionPrompt.AnswerOf(new Code.Question { Options = { "C#", "Go" }, Multiple = multiple }, typed));
}
