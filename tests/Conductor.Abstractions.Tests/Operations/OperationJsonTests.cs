using System.Text;
using System.Text.Json.Serialization;
using Conductor.Operations;

namespace Conductor.Abstractions.Tests.Operations;

public sealed partial class OperationJsonTests
{
    [Theory]
    [InlineData("Grüße, 你好 & `code` <b> 'x'", """{"Text":"Grüße, 你好 & `code` <b> 'x'"}""")]
    [InlineData("a \"quote\", a \\ and a\nline", """{"Text":"a \"quote\", a \\ and a\nline"}""")]
    public void Write_Text_StandsAsItIs(string text, string json)
    {
        var written = OperationJson.Write(new Said(text), SaidContext.Default.Said);

        Assert.Equal(json, Encoding.UTF8.GetString(written.Span));
    }

    internal sealed record Said(string Text);

    [JsonSerializable(typeof(Said))]
    internal sealed partial class SaidContext : JsonSerializerContext;
}
