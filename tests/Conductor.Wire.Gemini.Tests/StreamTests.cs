using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using FinishReason = Microsoft.Extensions.AI.ChatFinishReason;

namespace Conductor.Wire.Gemini.Tests;

public sealed class StreamTests
{
    private static readonly string[] Pieces =
    [
        """{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7},"modelVersion":"g","responseId":"r"}""",
        """{"candidates":[{"content":{"parts":[{"text":"Grüße \"{ 😀"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":2,"thoughtsTokenCount":1}}""",
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":{"b":"]\\"}}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"t","name":"g","args":{}}}],"role":"model"},"index":0}]}""",
        """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":4,"thoughtsTokenCount":2,"totalTokenCount":13}}""",
    ];

    private static string Events => string.Concat(Pieces.Select(piece => $"data: {piece}\r\n\r\n"));

    private static string Array => "[" + string.Join("\n,\r\n", Pieces) + "\n]";

    [Fact]
    public async Task Stream_SplitAtEveryByte_GivesTheSameUpdates()
    {
        foreach (var (transcript, framing) in new[] { (Events, GeminiFraming.Events), (Events.Replace("\r", "", StringComparison.Ordinal), GeminiFraming.Events), (Array, GeminiFraming.Array) })
        {
            var bytes = Wire.Bytes(transcript);
            for (var split = 0; split <= bytes.Length; split++)
            {
                var (response, isFinished) = await ReadAsync(PieceStream.SplitAt(bytes, split), framing);

                Assert.True(isFinished);
                Assert.Equal("Grüße \"{ 😀", response.Text);
                var contents = response.Messages.Single().Contents;
                Assert.Equal("hm", contents.OfType<TextReasoningContent>().Single().Text);
                Assert.Equal(["f:1:c2ln", "g:0:"], contents.OfType<FunctionCallContent>().Select(call => $"{call.Name}:{call.Arguments!.Count}:{call.AdditionalProperties?[ChatKeys.ThoughtSignature]}"));
                Assert.Equal(FinishReason.ToolCalls, response.FinishReason);
                Assert.Equal((7L, 6L, 2L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.ReasoningTokenCount));
                Assert.Equal(("r", "g"), (response.ResponseId, response.ModelId));
            }
        }
    }

    [Fact]
    public async Task Array_ItemAboveTheCap_IsRefusedEvenWhenItCameAtOnce()
    {
        using var reader = new JsonArrayReader(new MemoryStream(Wire.Bytes($"[{{\"a\":1}},{{\"a\":\"{new string('x', 100)}\"}}]")), 50);

        Assert.True(await reader.ReadAsync(CancellationToken.None));
        await Assert.ThrowsAsync<WireResponseException>(async () => await reader.ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Array_InSmallPieces_GivesItsItems(int size)
    {
        using var reader = new JsonArrayReader(PieceStream.InPiecesOf(Wire.Bytes(Array), size), 4096);
        var items = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            items.Add(Encoding.UTF8.GetString(reader.Item.Span));
        }

        Assert.Equal(Pieces, items);
    }

    [Fact]
    public async Task Array_ThatBreaksOffOrGrowsTooLong_Throws()
    {
        using var cut = new JsonArrayReader(new MemoryStream(Wire.Bytes("""[{"a":1},{"b":""")), 100);
        Assert.True(await cut.ReadAsync(CancellationToken.None));
        await Assert.ThrowsAsync<WireResponseException>(async () => await cut.ReadAsync(CancellationToken.None));

        using var large = new JsonArrayReader(new MemoryStream(Wire.Bytes("""[{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""")), 16);
        await Assert.ThrowsAsync<WireResponseException>(async () => await large.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public void Stream_ThatCameAsOneBody_IsReadAsOne()
    {
        var response = GeminiChunkReader.ReadWhole(Wire.Bytes(Array)).ToChatResponse();
        Assert.Equal(("Grüße \"{ 😀", 6L), (response.Text, response.Usage!.OutputTokenCount));
        Assert.Equal("a", GeminiChunkReader.ReadWhole("""{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"""u8).ToChatResponse().Text);
        Assert.Throws<WireResponseException>(() => GeminiChunkReader.ReadWhole("""[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}]"""u8));
        Assert.Throws<WireResponseException>(() => GeminiChunkReader.ReadWhole("[1]"u8));
    }

    [Fact]
    public void Stream_BlockedPromptOrError_IsNoEmptySuccess()
    {
        foreach (var (piece, category) in new[]
        {
            ("""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1}}""", WireErrorCategory.ContentFilter),
            ("""{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}""", WireErrorCategory.Overloaded),
            ("""{"candidates":[{"finishReason":"UNEXPECTED_TOOL_CALL"}]}""", WireErrorCategory.Server),
        })
        {
            var failure = Assert.Throws<WireResponseException>(() => new GeminiChunkReader().Read(Wire.Bytes(piece), []));

            Assert.Equal(category, GeminiErrorClassifier.Classify(failure.Error!));
        }
    }

    [Fact]
    public void Stream_BrokenOffAfterContent_EndsWithItsOwnWord()
    {
        var reader = new GeminiChunkReader();
        var updates = new List<ChatResponseUpdate>();
        reader.Read(Wire.Bytes("""{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"""), updates);
        Assert.False(reader.IsFinished);
        reader.Read(Wire.Bytes("""{"candidates":[{"finishReason":"OTHER"}]}"""), updates);

        Assert.True(reader.IsFinished);
        Assert.Equal(("stop", "gemini:OTHER"), (updates[1].FinishReason!.Value.Value, updates[1].AdditionalProperties![ChatKeys.NativeFinishReason]));
    }

    [Fact]
    public void Stream_UsageAloneOrUnknownShape_IsToldApart()
    {
        var reader = new GeminiChunkReader();
        var updates = new List<ChatResponseUpdate>();
        reader.Read(Wire.Bytes("""{"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1}}"""), updates);

        Assert.Empty(updates);
        Assert.Equal(3, reader.Complete()!.Contents.OfType<UsageContent>().Single().Details.InputTokenCount);
        Assert.Null(reader.Complete());
        Assert.Throws<WireResponseException>(() => reader.Read("""{"hello":1}"""u8, updates));
        Assert.Throws<WireResponseException>(() => reader.Read("nonsense"u8, updates));
    }

    [Theory]
    [InlineData(GeminiFraming.Events)]
    [InlineData(GeminiFraming.Array)]
    public async Task Written_Stream_ReadsTheSame(GeminiFraming framing)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new GeminiChunkWriter("r9", "fast", framing);
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("hm")]));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "Gr\ud83d"));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "\ude00"));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c", "f", new Dictionary<string, object?> { ["a"] = 1 }) { AdditionalProperties = new() { [ChatKeys.ThoughtSignature] = "c2ln" } }]));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 9, ReasoningTokenCount = 4 })]) { FinishReason = FinishReason.ToolCalls });
        writer.Complete(output);

        var (response, isFinished) = await ReadAsync(new MemoryStream(output.WrittenSpan.ToArray()), framing);

        Assert.True(isFinished);
        Assert.Equal(("Gr😀", "r9", "fast"), (response.Text, response.ResponseId, response.ModelId));
        Assert.Equal((3L, 9L, 4L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.ReasoningTokenCount));
        var call = response.Messages.Single().Contents.OfType<FunctionCallContent>().Single();
        Assert.Equal(("c", "c2ln"), (call.CallId, call.AdditionalProperties![ChatKeys.ThoughtSignature]));
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Equal(1, text.Split("finishReason").Length - 1);
        if (framing == GeminiFraming.Array)
        {
            Assert.Equal(5, JsonNode.Parse(text)!.AsArray().Count);
        }
        else
        {
            Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
            Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true, 3, "anthropic")]
    [InlineData(false, 1, "anthropic")]
    [InlineData(false, 1, null)] // a plugin's own client may not say who signed
    public void Written_ThoughtSignedAtItsEnd_ComesBackWhole(bool shows, int pieces, string? maker)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new GeminiChunkWriter("r", "m", GeminiFraming.Array, shows);
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("Which ")]));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("city?")]));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("") { ProtectedData = "sig", AdditionalProperties = maker is null ? null : new() { [ChatKeys.SignatureMaker] = maker } }]));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new TextContent("a")]));
        writer.Complete(output);

        var contents = JsonNode.Parse(Encoding.UTF8.GetString(output.WrittenSpan))!.AsArray().Select(piece => piece!["candidates"]![0]!["content"]!.ToJsonString()).ToList();
        var back = Wire.Read($$$"""{"contents":[{{{string.Join(',', contents)}}}]}""").Messages.Single().Contents;

        Assert.Equal(pieces + 2, contents.Count); // the text, and the end
        var thought = Assert.IsType<TextReasoningContent>(back[0]);
        Assert.Equal(("Which city?", "sig"), (thought.Text, thought.ProtectedData));
        Assert.Equal(maker, thought.AdditionalProperties?.GetValueOrDefault(ChatKeys.SignatureMaker));
        Assert.Equal("a", Assert.IsType<TextContent>(back[1]).Text);
    }

    [Fact]
    public void Written_Nothing_IsStillAStream()
    {
        Assert.StartsWith("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}]", Wire.Text(output => new GeminiChunkWriter("r", "m", GeminiFraming.Events).Complete(output)), StringComparison.Ordinal);
        Assert.Equal("STOP", (string?)Wire.Json(output => new GeminiChunkWriter("r", "m", GeminiFraming.Array).Complete(output))[0]!["candidates"]![0]!["finishReason"]);
        Assert.Equal("[]", Wire.Text(output => new GeminiFrames(GeminiFraming.Array).Complete(output)));
    }

    [Theory]
    [InlineData(GeminiFraming.Events)]
    [InlineData(GeminiFraming.Array)]
    public void Written_Failure_IsTheLastPieceAndNoFinish(GeminiFraming framing)
    {
        var text = Wire.Text(output =>
        {
            var writer = new GeminiChunkWriter("r", "m", framing);
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "a"));
            writer.Fail(output, new GeminiError(503, "the upstream broke"));
        });

        Assert.DoesNotContain("finishReason", text, StringComparison.Ordinal);
        var last = framing == GeminiFraming.Array ? JsonNode.Parse(text)!.AsArray()[^1]! : JsonNode.Parse(text.Split("data: ")[^1])!;
        Assert.Equal((503, "UNAVAILABLE"), ((int)last["error"]!["code"]!, (string?)last["error"]!["status"]));
    }

    [Fact]
    public void Frames_APieceOnSeveralLines_StaysOneEvent()
    {
        var text = Wire.Text(output => new GeminiFrames(GeminiFraming.Events).Write(output, "{\r\n\"a\":1\n}"u8));

        Assert.Equal("data: {\r\ndata: \"a\":1\r\ndata: }\r\n\r\n", text);
    }

    [Theory]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}""", true, false, false, false)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"x"}]}}]}""", false, false, false, false)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]}}]}""", true, false, false, false)]
    [InlineData("""{"candidates":[{"content":{"role":"model"},"finishReason":"STOP"}]}""", false, true, false, false)]
    [InlineData("""{"promptFeedback":{"blockReason":"SAFETY"}}""", false, true, false, false)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":1}}""", false, false, false, false)]
    [InlineData("""{"error":{"code":500}}""", false, false, true, false)]
    [InlineData("""{"hello":1}""", false, false, false, true)]
    [InlineData("""[1]""", false, false, false, true)]
    [InlineData("""{"candidates":[{""", false, false, false, true)]
    [InlineData("", false, false, false, false)]
    public void Scan_Event_TellsWhatItHolds(string data, bool hasContent, bool isFinished, bool isError, bool isInvalid)
    {
        var seen = GeminiScan.ScanEvent(Wire.Bytes(data));

        Assert.Equal((hasContent, isFinished, isError, isInvalid), (seen.HasContent, seen.IsFinished, seen.IsError, seen.IsInvalid));
    }

    private static async Task<(ChatResponse Response, bool IsFinished)> ReadAsync(Stream stream, GeminiFraming framing)
    {
        var reader = new GeminiChunkReader();
        var updates = new List<ChatResponseUpdate>();
        if (framing == GeminiFraming.Events)
        {
            await using var events = new SseReader(stream);
            while (await events.ReadAsync(CancellationToken.None))
            {
                reader.Read(events.Data.Span, updates);
            }
        }
        else
        {
            using var items = new JsonArrayReader(stream, 4096);
            while (await items.ReadAsync(CancellationToken.None))
            {
                reader.Read(items.Item.Span, updates);
            }
        }

        if (reader.Complete() is { } last)
        {
            updates.Add(last);
        }

        return (updates.ToChatResponse(), reader.IsFinished);
    }
}
