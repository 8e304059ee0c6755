using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI.Tests;

/// <summary>Thinking and its signatures: in requests, whole answers and streams, both ways.</summary>
public sealed class ReasoningTests
{
    private const string Details = """[{"type":"reasoning.text","text":"let me see","signature":"S1","format":"anthropic"},{"type":"reasoning.encrypted","data":"R2","format":"anthropic"},{"type":"reasoning.text","text":"so","signature":"S3","format":"anthropic-claude-v1"}]""";

    [Theory]
    [InlineData("""{"role":"assistant","content":"a","reasoning_content":"let me seeso","reasoning_details":DETAILS}""")]
    [InlineData("""{"role":"assistant","content":"a","reasoning_content":"hm"}""")]
    [InlineData("""{"role":"assistant","content":"a","extra_content":{"google":{"thought_signature":"T"}}}""")]
    [InlineData("""{"role":"assistant","content":"a","extra_content":{"google":{"thought_signature":"T","more":1}}}""")]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"T"}}}]}""")]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"other":1,"google":{"thought_signature":"T"}}}]}""")]
    public void Request_ReadAndWritten_IsTheSame(string message)
    {
        var body = $$"""{"model":"m","messages":[{{message.Replace("DETAILS", Details, StringComparison.Ordinal)}}]}""";

        var request = OpenAIRequestReader.Read(Bytes.Of(body));
        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", request.Messages, request.Options, isStreaming: false));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(written)), written);
    }

    [Fact]
    public void Request_Details_AreWhereOtherDialectsLookForThem()
    {
        var request = OpenAIRequestReader.Read(Bytes.Of("""{"model":"m","messages":[{"role":"assistant","content":"a","reasoning_details":DETAILS,"extra_content":{"google":{"thought_signature":"T"}}}]}""".Replace("DETAILS", Details, StringComparison.Ordinal)));

        AssertDetails([.. request.Messages[0].Contents.OfType<TextReasoningContent>()]);
        Assert.Equal("T", request.Messages[0].Contents.OfType<TextContent>().Single().AdditionalProperties![ChatKeys.ThoughtSignature]);
        Assert.Null(request.Messages[0].AdditionalProperties);
    }

    [Theory]
    [InlineData("\"reasoning_content\":\"hm\",\"reasoning\":\"hm\"")]
    [InlineData("\"reasoning\":\"hm\"")]
    [InlineData("\"reasoning_text\":\"hm\"")]
    [InlineData("\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"h\"},{\"type\":\"reasoning.summary\",\"summary\":\"m\"}]")]
    [InlineData("\"reasoning\":\"hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\"}]")]
    public async Task Thinking_UnderEveryName_IsSaidOnce(string members)
    {
        var whole = OpenAIResponseReader.Read(Bytes.Of($$$"""{"choices":[{"message":{"content":"a",{{{members}}}},"finish_reason":"stop"}]}"""));
        var streamed = await StreamAsync($$$"""data: {"choices":[{"delta":{{{{members}}}}}]}""", """data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}""");

        Assert.Equal("hm", Assert.Single(whole.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal("hm", string.Concat(streamed.SelectMany(update => update.Contents).OfType<TextReasoningContent>().Select(content => content.Text)));
    }

    [Fact]
    public void Answer_WithSignatures_IsReadAndWrittenTheSame()
    {
        var body = $$$"""{"choices":[{"message":{"content":"a","reasoning_content":"let me seeso","reasoning_details":{{{Details}}}},"finish_reason":"stop"}]}""";

        var response = OpenAIResponseReader.Read(Bytes.Of(body));
        var written = JsonNode.Parse(Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "i", "m", DateTimeOffset.UnixEpoch)))!["choices"]![0]!["message"]!;

        AssertDetails([.. response.Messages[0].Contents.OfType<TextReasoningContent>()]);
        Assert.Equal("let me seeso", (string?)written["reasoning_content"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Details), written["reasoning_details"]), written.ToJsonString());
    }

    [Fact]
    public async Task Stream_PiecesThenSignature_AreOneDetailAsSoonAsItIsWhole_AndReadBack()
    {
        ChatResponseUpdate[] updates =
        [
            Update(new TextReasoningContent("let ")), Update(new TextReasoningContent("me see")), Update(Sealed("", "S1", "anthropic")),
            Update(Sealed("", "R2", "anthropic", isWithheld: true)),
            Update(new TextReasoningContent("so")), Update(Sealed("", "S3", "anthropic")),
            Update(new TextContent("an")), Update(new TextContent("swer") { AdditionalProperties = new() { [ChatKeys.ThoughtSignature] = "T" } }),
        ];

        var written = Bytes.Text(output =>
        {
            var writer = new OpenAIChunkWriter("c", "m", DateTimeOffset.UnixEpoch, wantsUsage: false);
            foreach (var update in updates)
            {
                writer.Write(output, update);
            }

            writer.Complete(output);
        });
        var read = await StreamAsync(written.Split("\n\n"));

        Assert.Contains("""{"reasoning_details":[{"type":"reasoning.text","text":"let me see","signature":"S1","format":"anthropic","index":0}]}""", written, StringComparison.Ordinal);
        Assert.Contains("""{"reasoning_details":[{"type":"reasoning.encrypted","data":"R2","format":"anthropic","index":1}]}""", written, StringComparison.Ordinal);
        var thinking = read.SelectMany(update => update.Contents).OfType<TextReasoningContent>().ToList();
        Assert.Equal(["let |", "me see|", "|S1", "|R2", "so|", "|S3"], thinking.Select(content => $"{content.Text}|{content.ProtectedData}"));
        Assert.Equal([false, false, false, true, false, false], thinking.Select(content => content.AdditionalProperties?.ContainsKey(ChatKeys.Redacted) == true));
        var texts = read.SelectMany(update => update.Contents).OfType<TextContent>().ToList();
        Assert.Equal("answer", string.Concat(texts.Select(content => content.Text)));
        Assert.Equal("T", Assert.Single(texts.Select(content => content.AdditionalProperties?[ChatKeys.ThoughtSignature]).OfType<string>()));
    }

    [Fact]
    public async Task Stream_CallWithASignature_KeepsIt()
    {
        var read = await StreamAsync(
            """data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"T"}}}]}}]}""",
            """data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""");

        var call = read.SelectMany(update => update.Contents).OfType<FunctionCallContent>().Single();

        Assert.Equal("T", call.AdditionalProperties![ChatKeys.ThoughtSignature]);
        var written = Bytes.Text(output => new OpenAIChunkWriter("c", "m", DateTimeOffset.UnixEpoch, wantsUsage: false).Write(output, Update(call)));
        Assert.Contains("\"extra_content\":{\"google\":{\"thought_signature\":\"T\"}}", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_CharacterCutInTwo_IsPutTogether_AndAHalfAloneIsReplaced()
    {
        var read = await StreamAsync(
            """data: {"choices":[{"delta":{"content":"a\n\ud83d"}}]}""", """data: {"choices":[{"delta":{"content":"\ude00b\ud83d"}}]}""", """data: {"choices":[{"delta":{},"finish_reason":"stop"}]}""");

        var text = string.Concat(read.Select(update => update.Text));
        var written = Bytes.Text(output =>
        {
            var writer = new OpenAIChunkWriter("c", "m", DateTimeOffset.UnixEpoch, wantsUsage: false);
            read.ForEach(update => writer.Write(output, update));
            writer.Complete(output);
        });

        Assert.Equal("a\n\ud83d\ude00b\ud83d", text);
        var said = written.Split("\n\n").Where(line => line.Contains("\"content\"", StringComparison.Ordinal)).Select(line => (string?)JsonNode.Parse(line["data: ".Length..])!["choices"]![0]!["delta"]!["content"]);
        Assert.Equal("a\n\ud83d\ude00b\ufffd", string.Concat(said));
    }

    private static void AssertDetails(List<TextReasoningContent> thinking)
    {
        Assert.Equal(["let me see|S1", "|R2", "so|S3"], thinking.Select(content => $"{content.Text}|{content.ProtectedData}"));
        Assert.All(thinking, content => Assert.Equal("anthropic", content.AdditionalProperties![ChatKeys.SignatureMaker]));
        Assert.Equal([false, true, false], thinking.Select(content => content.AdditionalProperties!.ContainsKey(ChatKeys.Redacted)));
    }

    private static TextReasoningContent Sealed(string text, string seal, string maker, bool isWithheld = false)
    {
        var content = new TextReasoningContent(text) { ProtectedData = seal, AdditionalProperties = new() { [ChatKeys.SignatureMaker] = maker } };
        if (isWithheld)
        {
            content.AdditionalProperties[ChatKeys.Redacted] = true;
        }

        return content;
    }

    private static ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]);

    private static async Task<List<ChatResponseUpdate>> StreamAsync(params string[] events)
    {
        await using var reader = new SseReader(new MemoryStream(Bytes.Of(string.Join("\n\n", events) + "\n\n")));
        var chunks = new OpenAIChunkReader();
        List<ChatResponseUpdate> updates = [];
        while (await reader.ReadAsync(CancellationToken.None))
        {
            chunks.Read(reader.Data.Span, updates);
        }

        return updates;
    }
}
