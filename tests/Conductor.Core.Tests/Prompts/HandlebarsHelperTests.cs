using System.Text.Json;
using Conductor.Prompts;

namespace Conductor.Tests.Prompts;

public sealed class HandlebarsHelperTests
{
    [Theory]
    [InlineData("{{Math-Add 1 \"2.5\"}} {{Math-Subtract 1 n}} {{Math-Divide 7 2}} {{Math-Modulo 7 4}} {{Math-Max 1 n}} {{Math-Sign \"-3\"}} {{Math-Round \"2.6\"}}", "3.5 -6 3.5 3 7 -1 3")]
    [InlineData("{{#if (Math-GreaterThan n 6)}}more{{/if}}{{#if (Math-LessThanEqual n 6)}}less{{/if}}", "more")]
    [InlineData("{{String-Uppercase x}} {{String-Substring x 1 2}} {{String-Reverse \"abc\"}} {{String-Replace x \"<\" \"-\"}} {{String-Titlecase \"big idea\"}}", "A<B>C <b cba a-b>c Big Idea")]
    [InlineData("{{#each (String-Split x \"<\")}}[{{this}}]{{/each}} {{String-Coalesce missing \" \" x}} {{String-PadLeft n 3 \"0\"}} {{String-Ellipsis x 2}}", "[a][b>c] a<b>c 007 a<...")]
    [InlineData("{{String-Join (array \"a\" x n) \"+\"}} {{String-Format n \"000\"}} {{String-Base64Decode (String-Base64Encode x)}} {{String-IsString x}}", "a+a<b>c+7 007 a<b>c True")]
    [InlineData("{{#if (equals n 7)}}seven{{/if}} {{#with (array 1 2)}}{{this.[0]}}{{/with}} {{concat \"a\" x n true}} {{or missing}}{{or x}}", "seven 1 aa<b>c7True FalseTrue")]
    public void Render_Helpers_OnPlainText(string body, string expected)
    {
        var text = Render(body, PromptMode.Hardened);

        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("{{Math-Add 1}}", "'Math-Add' takes 2 arguments")]
    [InlineData("{{Math-Add 1 x}}", "needs numbers")]
    [InlineData("{{String-Repeat x 99999999}}", "whole number")]
    [InlineData("{{String-Uppercas x}}", "(nearest: 'String-Uppercase')")]
    [InlineData("{{range 1 x}}", "'range' needs numbers")]
    [InlineData("{{range 1 999999999}}", "at most 100,000 steps")]
    [InlineData("{{json}}", "'json' needs a value")]
    [InlineData("{{set \"a\"}}", "'set' needs a name and a value")]
    [InlineData("{{#message}}x{{/message}}", "'message' needs a role")]
    [InlineData("{{truncate x}}", "'truncate' takes 2 to 3 arguments")]
    [InlineData("{{date \"q\"}}", "'date' cannot read the format")]
    [InlineData("{{add \"79228162514264337593543950335\" 1}}", "OverflowException")]
    public void Render_WrongCall_TellsWhatIsWrong(string body, string told)
    {
        var mistake = Assert.Throws<PromptRenderException>(() => Render(body, PromptMode.Hardened));

        Assert.Contains(told, mistake.Message, StringComparison.Ordinal);
        Assert.StartsWith("test.yaml: ", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_FunctionFailsOrIsNamedAsAVariable_EachTold()
    {
        var functions = PromptFunctions.None.With(
            new PromptFunction("boom", [], _ => throw new InvalidOperationException("secret")), new PromptFunction("tone", [], _ => "from the function"));
        var options = new PromptTemplateOptions { Functions = functions };
        var failing = PromptTemplate.Parse("template_format: handlebars\ntemplate: '{{boom}}'", "test.yaml", options);
        var named = PromptTemplate.Parse("template_format: handlebars\ntemplate: '{{tone}}'", "test.yaml", options);

        var mistake = Assert.Throws<PromptRenderException>(() => failing.Render(new Dictionary<string, object?>()));

        Assert.DoesNotContain("secret", mistake.Message, StringComparison.Ordinal);
        Assert.Equal("from the function", named.Render(new Dictionary<string, object?>()).Text);
        Assert.Equal("calm", named.Render(new Dictionary<string, object?> { ["tone"] = "calm" }).Text);
    }

    private static string Render(string body, PromptMode mode) => PromptTemplate
        .Parse($"template_format: handlebars\ntemplate: {JsonSerializer.Serialize($"<message role=\"user\">{body}</message>")}", "test.yaml")
        .Render(new Dictionary<string, object?> { ["x"] = "a<b>c", ["n"] = 7 }, mode).Messages[0].Text;
}
