using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Tests.Operations;

public sealed class StructuredOutputTests
{
    private const string Schema =
        """
        {"type": "object", "properties": {"label": {"enum": ["good", "bad"]}, "score": {"type": "number", "minimum": 0, "maximum": 1}}, "required": ["label"]}
        """;

    private const string Good = """{"label": "good", "score": 0.5}""";

    [Theory]
    [InlineData(Good)]
    [InlineData("  \n" + Good + "\n")]
    [InlineData("```json\n" + Good + "\n```")]
    [InlineData("Here it is:\n```\n" + Good + "\n```\nI hope this helps!")]
    [InlineData("Sure. The answer is " + Good + " as {you} asked.")]
    [InlineData("<think>perhaps {\"label\": \"bad\"}?</think>\n" + Good)]
    [InlineData("perhaps {\"label\": \"bad\"}? </think>" + Good)]
    [InlineData("<think>one</think><think>two {</think>" + Good)]
    [InlineData("{curly prose} [1, 2] {\"label\": 1} " + Good)]
    [InlineData("{\"result\": " + Good + "}")]
    [InlineData("{\"label\": \"good\", \"score\": 0.5,}")]
    [InlineData("{\"label\": \"good\", // sure\n \"score\": 0.5}")]
    [InlineData("\uFEFF" + Good)]
    public async Task Run_JsonInAnyWrapping_Found(string answer)
    {
        var model = new ScriptedModel(answer);

        var reply = await model.RunAsync(Schema);

        Assert.False(reply.WasRepaired);
        Assert.Single(reply.Responses);
        using var json = JsonDocument.Parse(reply.Json);
        Assert.Equal("good", json.RootElement.GetProperty("label").GetString());
        Assert.Equal(0.5, json.RootElement.GetProperty("score").GetDouble());
    }

    [Fact]
    public async Task Run_RepairDoesNotFitTheContext_TheFirstAnswersMistakeIsTold()
    {
        var model = new ScriptedModel("{\"label\": \"ugly\"}", Good)
        {
            SecondFailure = new ProviderException(ProviderErrorKind.ContextLengthExceeded, "too long"),
        };

        var mistake = await Assert.ThrowsAsync<StructuredOutputException>(() => model.RunAsync(Schema));

        Assert.Contains("label", mistake.Mistake, StringComparison.Ordinal);
        Assert.Single(mistake.Responses);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("I cannot say.", "holds no JSON")]
    [InlineData("{\"label\": \"ugly\"}", "label")]
    [InlineData("{\"label\": \"good\", \"score\": NaN}", "not valid JSON")]
    [InlineData("{\"label\": \"good\", \"label\": \"bad\"}", "not valid JSON")]
    [InlineData("{\"label\": \"good\", \"note\": \"\\ud83d\"}", "surrogate")]
    [InlineData("{\"label\": \"good\"", "not valid JSON")]
    [InlineData("[]", "object")]
    [InlineData("<think>never ends {\"label\": \"good\"}", "empty")]
    public async Task Run_AnswerThatDoesNotFit_AsksOnceMoreAndQuotesTheError(string answer, string quoted)
    {
        var model = new ScriptedModel(answer, Good);

        var reply = await model.RunAsync(Schema);

        Assert.True(reply.WasRepaired);
        Assert.Equal(2, reply.Responses.Count);
        Assert.Equal(Good, reply.Json);
        var second = model.Requests[1];
        Assert.Equal(model.Requests[0].Count + 2, second.Count);
        Assert.Equal(ChatRole.Assistant, second[^2].Role);
        Assert.NotEmpty(second[^2].Text);
        Assert.Equal(ChatRole.User, second[^1].Role);
        Assert.Contains(quoted, second[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TwoWrongAnswers_ThrowsWithBothAndNeverAThirdTime()
    {
        var model = new ScriptedModel("no", "{\"label\": 7}", Good);

        var failure = await Assert.ThrowsAsync<StructuredOutputException>(() => model.RunAsync(Schema));

        Assert.Equal(2, model.Requests.Count);
        Assert.Equal(2, failure.Responses.Count);
        Assert.Contains("label", failure.Mistake, StringComparison.Ordinal);
        Assert.Equal("parsing", StructuredOutputException.Category);
    }

    [Fact]
    public async Task Run_CutOffAtTheLimit_SaysSo()
    {
        var model = new ScriptedModel("{\"label\": \"go", Good) { FirstFinish = ChatFinishReason.Length };

        await model.RunAsync(Schema, options: new ChatOptions { MaxOutputTokens = 5 });

        Assert.Contains("cut off at its limit of 5 tokens", model.Requests[1][^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ContentFilter_IsNotAskedAgain()
    {
        var model = new ScriptedModel("", Good) { FirstFinish = ChatFinishReason.ContentFilter };

        await Assert.ThrowsAsync<StructuredOutputException>(() => model.RunAsync(Schema));

        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task Run_FurtherCheckObjects_QuotedToTheModel()
    {
        var model = new ScriptedModel(Good, "{\"label\": \"bad\"}");

        var reply = await model.RunAsync(Schema, accept: json => json.Contains("bad", StringComparison.Ordinal) ? null : "The label has to be bad.");

        Assert.Equal("{\"label\": \"bad\"}", reply.Json);
        Assert.Contains("The label has to be bad.", model.Requests[1][^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FurtherCheckThrowsReplyException_QuotedToTheModel()
    {
        var model = new ScriptedModel(Good, Good);
        var calls = 0;

        var reply = await model.RunAsync(Schema, accept: _ => calls++ == 0 ? throw new OperationReplyException("No entity found.") : null);

        Assert.True(reply.WasRepaired);
        Assert.Contains("No entity found.", model.Requests[1][^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NativeJsonSchema_SchemaIsAParameterAndThePromptStays()
    {
        var options = new ChatOptions { Temperature = 0.25f };
        var model = new ScriptedModel(Good);

        await model.RunAsync(Schema, native: true, options: options);

        var format = Assert.IsType<ChatResponseFormatJson>(model.Options[0].ResponseFormat);
        Assert.Equal("verdict", format.SchemaName);
        Assert.Equal(0.25f, model.Options[0].Temperature);
        Assert.Null(options.ResponseFormat);
        Assert.Equal(["Judge.", "text"], model.Requests[0].Select(message => message.Text));
    }

    [Fact]
    public async Task Run_NoNativeJsonSchema_SchemaIsInTheSystemMessage()
    {
        var model = new ScriptedModel(Good);

        await model.RunAsync(Schema);

        Assert.Null(model.Options[0].ResponseFormat);
        Assert.Equal([ChatRole.System, ChatRole.User], model.Requests[0].Select(message => message.Role));
        Assert.StartsWith("Judge.\n\n", model.Requests[0][0].Text, StringComparison.Ordinal);
        Assert.Contains("\"enum\":[\"good\",\"bad\"]", model.Requests[0][0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoSystemMessage_OneIsPutInFront()
    {
        var model = new ScriptedModel(Good) { Prompt = [new ChatMessage(ChatRole.User, "text")] };

        await model.RunAsync(Schema);

        Assert.Equal([ChatRole.System, ChatRole.User], model.Requests[0].Select(message => message.Role));
    }

    [Theory]
    [InlineData("{\"type\": \"array\", \"items\": {\"type\": \"integer\"}}", "The list: [1, 2, 3].", "[1, 2, 3]")]
    [InlineData("{\"type\": \"string\"}", "\"yes\"", "\"yes\"")]
    [InlineData("true", "{\"any\": [1]}", "{\"any\": [1]}")]
    public async Task Run_SchemaOfAnotherType_Found(string schema, string answer, string expected)
    {
        var reply = await new ScriptedModel(answer).RunAsync(schema);

        Assert.Equal(expected, reply.Json);
    }

    [Fact]
    public async Task Run_AnyAnswer_FitsOrThrowsTheTypedException()
    {
        string[] pieces = ["{", "}", "[", "]", "\"", ",", ":", "\\", "\\ud83d", "\\u0000", "label", "good", "\"label\":", "\"good\"", "NaN", "1e999", "-", "```", "```json\n", "\n", "<think>", "</think>", "//", "/*", "\0", "\uD83D", "é", " "];
        var random = new Random(7);
        var fits = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var answer = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                using var json = JsonDocument.Parse((await new ScriptedModel(answer, random.Next(50) == 0 ? Good : answer).RunAsync(Schema)).Json);
                Assert.Contains(json.RootElement.GetProperty("label").GetString(), new[] { "good", "bad" });
                fits++;
            }
            catch (StructuredOutputException)
            {
            }
        }

        Assert.True(fits > 50);
    }

    [Theory]
    [InlineData("{", 200_000)]
    [InlineData("[[", 200_000)]
    [InlineData("{\"a\":", 60_000)]
    [InlineData("[1,", 100_000)]
    [InlineData("<think>", 50_000)]
    [InlineData("```json\n", 50_000)]
    [InlineData("```a\n{\"a\":1}", 30_000)]
    [InlineData("</think>", 50_000)]
    public async Task Run_HugeNonsense_BoundedTime(string piece, int times)
    {
        var answer = string.Concat(Enumerable.Repeat(piece, times));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await Assert.ThrowsAsync<StructuredOutputException>(() => new ScriptedModel(answer, answer).RunAsync(Schema));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }

    private sealed class ScriptedModel(params string[] answers)
    {
        public List<IReadOnlyList<ChatMessage>> Requests { get; } = [];

        public List<ChatOptions> Options { get; } = [];

        public ChatFinishReason FirstFinish { get; init; } = ChatFinishReason.Stop;

        public Exception? SecondFailure { get; init; }

        public IReadOnlyList<ChatMessage> Prompt { get; init; } = [new(ChatRole.System, "Judge."), new(ChatRole.User, "text")];

        public async Task<StructuredReply> RunAsync(
            string schema, bool native = false, ChatOptions? options = null, Func<string, string?>? accept = null)
        {
            using var document = JsonDocument.Parse(schema);
            return await StructuredOutput.RunAsync(AskAsync, Prompt, options ?? new ChatOptions(), document.RootElement, "verdict", native, accept);
        }

        private Task<ChatResponse> AskAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
        {
            var answer = answers[Requests.Count];
            Requests.Add(messages);
            Options.Add(options);
            if (Requests.Count > 1 && SecondFailure is { } failure)
            {
                throw failure;
            }

            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer))
            {
                FinishReason = Requests.Count == 1 ? FirstFinish : ChatFinishReason.Stop,
            });
        }
    }
}
