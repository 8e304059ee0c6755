using System.Text;
using System.Text.Json;
using Conductor.Operations;

namespace PluginClass1.Tests;

public sealed class ReplyTests
{
    private readonly IOperation _operation = new PluginClass1Operation();

    [Fact]
    public void Reply_Fits_TitleWithoutWhiteSpaceAtItsEnds()
    {
        var result = _operation.ReadReply(new OperationReply("""{"title": " A bridge opens "}""", "stop"), Payload("""{"text": "The bridge opens in May."}"""));

        using var json = JsonDocument.Parse(result);
        Assert.Equal("A bridge opens", json.RootElement.GetProperty("title").GetString());
    }

    [Fact]
    public void Reply_TooManyWords_SentenceForTheModel()
    {
        var request = Payload("""{"text": "The bridge opens in May.", "parameters": {"max_words": 2}}""");

        var failure = Assert.Throws<OperationReplyException>(() => _operation.ReadReply(new OperationReply("""{"title": "A bridge opens"}""", "stop"), request));

        Assert.Contains("1 to 2 words", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_WhiteSpaceOnly_FieldIsNamed()
    {
        var failure = Assert.Throws<OperationRequestException>(() => _operation.Validate(Payload("""{"text": "  "}""")));

        Assert.Contains("text", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_Variables_HaveValues()
    {
        var arguments = _operation.CreatePromptArguments(Payload("""{"text": "The bridge opens in May."}"""));

        Assert.Equal(["max_words", "text"], arguments.Keys.Order());
    }

    private static ReadOnlyMemory<byte> Payload(string json) => Encoding.UTF8.GetBytes(json);
}
