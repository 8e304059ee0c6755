using System.Text;
using System.Text.Json;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Core.Tests.Telemetry;
using Conductor.Costing;
using Conductor.Dialects;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Costing;

public sealed class UsageEstimatorTests
{
    /// <summary>Texts that the weights were not fitted to, with their tokens in o200k_base (npm gpt-tokenizer).</summary>
    public static TheoryData<string, int> Measured => new()
    {
        { "The committee met on Tuesday to discuss the new budget. Several members asked why the cost of the project had risen by almost a third since the spring, and whether the delays in the delivery of the first trains were the reason for it. The chairman promised a full report before the end of the month.", 60 },
        { "Am Dienstag tagte der Ausschuss, um über den neuen Haushalt zu beraten. Mehrere Mitglieder wollten wissen, warum die Kosten des Vorhabens seit dem Frühjahr um fast ein Drittel gestiegen sind und ob die verspätete Lieferung der ersten Züge der Grund dafür ist.", 56 },
        { "Le comité s'est réuni mardi pour examiner le nouveau budget. Plusieurs membres ont demandé pourquoi le coût du projet avait augmenté de près d'un tiers depuis le printemps, et si les retards de livraison des premiers trains en étaient la cause.", 48 },
        { "Во вторник комитет собрался, чтобы обсудить новый бюджет. Несколько членов спросили, почему стоимость проекта с весны выросла почти на треть и не связано ли это с задержкой поставки первых поездов.", 46 },
        { "委员会周二开会讨论新的预算。几位委员询问为什么该项目的费用自春季以来上涨了近三分之一,以及首批列车交付的延误是否是原因。主席承诺在月底之前提交一份完整的报告。", 57 },
        { "委員会は火曜日に新しい予算について話し合うために集まりました。何人かの委員は、春以来なぜ事業の費用が三分の一近くも増えたのか、最初の列車の納入の遅れがその理由なのかと尋ねました。", 75 },
        { """{"id":"order-18","customer":{"name":"Ada Lovelace","city":"London","vip":true},"lines":[{"sku":"A-113","quantity":2,"price":19.5},{"sku":"B-207","quantity":1,"price":4.25}],"note":"leave at the door","paid":false}""", 71 },
        { "public static int Fibonacci(int n)\n{\n    if (n < 2)\n    {\n        return n;\n    }\n\n    var (previous, current) = (0, 1);\n    for (var i = 2; i <= n; i++)\n    {\n        (previous, current) = (current, previous + current);\n    }\n\n    return current;\n}\n", 76 },
    };

    [Theory]
    [MemberData(nameof(Measured))]
    public void TextTokens_TextOfAKnownCount_IsWithinAQuarter(string text, int tokens)
    {
        Assert.InRange(UsageEstimator.TextTokens(text), tokens * 0.75, tokens * 1.25);
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void TextTokens_AsUtf8OrAsJson_IsTheSame(string text, int tokens)
    {
        var utf8 = UsageEstimator.TextTokens(Encoding.UTF8.GetBytes(text));
        var counter = new StreamUsageCounter();
        counter.AddEvent(JsonSerializer.SerializeToUtf8Bytes(new { choices = new[] { new { delta = new { content = text } } } }));

        Assert.InRange(utf8, tokens * 0.75, tokens * 1.25);
        Assert.Equal(UsageEstimator.TextTokens(text), utf8);
        Assert.Equal(utf8, counter.OutputTokens);
    }

    [Fact]
    public void Weights_AnyTextOfAnyLength_AreThoseOfItsCharacters()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(70)).Select(_ => (char)random.Next(round % 2 == 0 ? 0x80 : 0xd7ff))]);

            Assert.Equal(TokenWeights.Of(text), TokenWeights.OfUtf8(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a word, \"n\", and n: 5"}]}""", 1)]
    [InlineData("""{"n":3,"messages":[]}""", 3)]
    [InlineData("""{"messages":[{"content":"x"}], "\u006e" : 4}""", 4)]
    [InlineData("""{"messages":[],"b\u0065st_of":2}""", 2)]
    [InlineData("""{"contents":[],"generationConfig":{"candidateCount":6}}""", 6)]
    [InlineData("""{"metadata":{"n":9},"messages":[{"n":8}]}""", 1)]
    public void Answers_HoweverTheirNumberIsWritten_AreCounted(string body, long answers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        Assert.Equal(answers, TokenBound.AnswersIn(bytes));
    }

    [Fact]
    public void TextTokens_Nothing_IsZero()
    {
        Assert.Equal(0, UsageEstimator.TextTokens(""));
        Assert.Equal(0, UsageEstimator.Estimate(0, 0).TotalTokens);
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void Counter_TextInPieces_CountsWhatTheWholeCounts(string text, int tokens)
    {
        var counter = new StreamUsageCounter();

        foreach (var c in text)
        {
            counter.Add([c]); // halves of a pair, too
        }

        Assert.Equal(UsageEstimator.TextTokens(text), counter.OutputTokens);
        Assert.InRange(counter.OutputTokens, tokens * 0.75, tokens * 1.25);
    }

    [Fact]
    public void Counter_EventsOfAStream_CountsTheAnswerAndNotTheFrame()
    {
        var counter = new StreamUsageCounter();

        counter.AddEvent("""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"""u8);
        Assert.Equal(0, counter.OutputTokens);
        counter.AddEvent("""data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content" : "Hello, wor"}}]}"""u8);
        counter.AddEvent("""data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"ld \"content\":\"x\" \u4e16\n"}}]}"""u8);
        counter.AddEvent("""data: {"choices":[{"index":0,"delta":{"reasoning_content":"why"}}]}"""u8);
        counter.AddEvent("data: [DONE]"u8);

        var whole = new StreamUsageCounter();
        whole.Add("Hello, world \"content\":\"x\" 世\nwhy");
        Assert.Equal(whole.OutputTokens, counter.OutputTokens);
    }

    [Fact]
    public void Counter_ToolCallsInEvents_CountsTheirArguments()
    {
        var counter = new StreamUsageCounter();

        counter.AddEvent("""{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Paris\"}"}}]}}]}"""u8);

        Assert.Equal(UsageEstimator.TextTokens("""{"city":"Paris"}"""), counter.OutputTokens);
    }

    [Theory]
    [InlineData("")]
    [InlineData("content\"")]
    [InlineData("\"content\":")]
    [InlineData("\"content\":\"")]
    [InlineData("\"content\":null")]
    [InlineData("\"content\":\"\\")]
    [InlineData("\"content\":\"\\u12")]
    public void Counter_CutEvent_DoesNotFail(string data)
    {
        var counter = new StreamUsageCounter();

        counter.AddEvent(Encoding.UTF8.GetBytes(data));

        Assert.InRange(counter.OutputTokens, 0, 3);
    }

    [Fact]
    public void Counter_TypedUpdate_CountsTextReasoningAndToolCalls()
    {
        var counter = new StreamUsageCounter();

        counter.Add(new ChatResponseUpdate(ChatRole.Assistant, [
            new TextContent("abcd"), new TextReasoningContent("efgh"), new FunctionCallContent("1", "ij", new Dictionary<string, object?> { ["k"] = "l" })]));

        Assert.Equal(UsageEstimator.TextTokens("abcdefghijkl"), counter.OutputTokens);
    }

    [Fact]
    public void InputTokens_SameConversationAsBytesOrTyped_IsNearlyTheSame()
    {
        var text = string.Concat(Enumerable.Repeat("A sentence of some length. ", 40));
        var body = JsonSerializer.SerializeToUtf8Bytes(new { model = "fast", messages = new[] { new { role = "system", content = "Be brief." }, new { role = "user", content = text } } });

        // No dialect: whoever asked it to parse the body would fail.
        var bytes = new ChatCall { Context = CallContext.New(), Model = "fast", IsStreaming = false, Body = new DialectBody(null!, body, new DialectPeek()) };
        var typed = new ChatCall
        {
            Context = CallContext.New(), Model = "fast", IsStreaming = false,
            Request = new ChatRequest([new(ChatRole.System, "Be brief."), new(ChatRole.User, text)], new ChatOptions()),
        };

        Assert.InRange(UsageEstimator.InputTokens(bytes) - UsageEstimator.InputTokens(typed), -2, 2);
        Assert.InRange(UsageEstimator.InputTokens(typed), 240, 300);
    }

    [Fact]
    public void InputTokens_Picture_CountsAsAPictureAndNotAsBase64()
    {
        var picture = "data:image/png;base64," + Convert.ToBase64String(new byte[300_000]);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { messages = new[] { new { role = "user", content = new[] { new { type = "image_url", image_url = new { url = picture } } } } } });

        Assert.InRange(UsageEstimator.JsonTokens(body), 765, 800);
    }

    [Fact]
    public void InputTokens_ToolSchemas_AreCounted()
    {
        var with = """{"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"weather","description":"Weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}"""u8;
        var without = """{"messages":[{"role":"user","content":"hi"}]}"""u8;

        Assert.InRange(UsageEstimator.JsonTokens(with) - UsageEstimator.JsonTokens(without), 15, 60);
    }

    [Fact]
    public void InputTokens_Embeddings_CountTextsAndTokenIds()
    {
        Assert.Equal(UsageEstimator.TextTokens("one two three"), UsageEstimator.JsonTokens("""{"model":"text-embedding-3-small","input":["one ","two ","three"]}"""u8));
        Assert.InRange(UsageEstimator.JsonTokens("""{"model":"m","input":[[1,2,3],[4,5]]}"""u8), 5, 8);
    }

    [Fact]
    public void InputTokens_Operation_CountsItsText()
    {
        var call = new OperationCall { Context = CallContext.New(), Model = "auto", Operation = "summarization", Payload = """{"text":"A sentence of some length.","language":"en"}"""u8.ToArray() };

        Assert.Equal(UsageEstimator.TextTokens("A sentence of some length."), UsageEstimator.InputTokens(call));
    }

    [Fact]
    public void JsonTokens_NotJson_FallsBackToTheText()
    {
        Assert.Equal(UsageEstimator.TextTokens("{\"messages\": oops"), UsageEstimator.JsonTokens("{\"messages\": oops"u8));
    }

    [Fact]
    public void Estimate_StreamCutHalfWay_IsMarked()
    {
        var call = TestCalls.Chat();
        var counter = new StreamUsageCounter();
        counter.Add("half an ans");

        var usage = UsageEstimator.Estimate(call, counter);

        Assert.True(usage.IsEstimated);
        Assert.Equal(counter.OutputTokens, usage.OutputTokens);
        Assert.Equal(UsageEstimator.InputTokens(call), usage.InputTokens);
        Assert.True(usage.InputTokens > 0);
    }
}
