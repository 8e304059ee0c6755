using System.Text;
using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers.Local.Intents;
using Conductor.Providers.Local.Tests.Encoder;
using Conductor.Providers.Local.Tests.Text;

namespace Conductor.Providers.Local.Tests.Intents;

public class IntentEngineTests
{
    private static readonly object[] Orders = ["cancel_order", "trackOrder", new { name = "X1", description = "talk to a human" }, new { name = "X2", examples = new[] { "my money back", "refund please" } }];

    [Theory]
    [InlineData("cancel order", "cancel_order")]
    [InlineData("track order", "trackOrder")]
    [InlineData("human talk", "X1")]
    [InlineData("money back", "X2")]
    public async Task Run_NamesDescriptionsExamples_AllTell(string text, string expected)
    {
        var result = await RunAsync(new IntentEngine(new WordEncoder()), text, Orders);

        Assert.Equal(expected, result.Intent);
        Assert.InRange(result.Confidence, 0.5, 1);
        Assert.Equal(3, result.Alternatives.Count);
        Assert.Equal(result.Alternatives.OrderByDescending(score => score.Confidence), result.Alternatives);
        Assert.InRange(result.Confidence + result.Alternatives.Sum(score => score.Confidence), 0, 1.0005);
    }

    [Fact]
    public async Task Run_NothingAlike_UnknownWithTheBestGuessFirst()
    {
        var result = await RunAsync(new IntentEngine(new WordEncoder()), "zebra", Orders, threshold: 0.5);

        Assert.Equal(IntentDetectionResult.Unknown, result.Intent);
        Assert.Equal(1 - result.Alternatives[0].Confidence, result.Confidence, precision: 9);
        Assert.Equal(4, result.Alternatives.Count);
        Assert.NotEqual(IntentDetectionResult.Unknown, (await RunAsync(new IntentEngine(new WordEncoder()), "zebra", Orders)).Intent);
    }

    [Fact]
    public async Task Run_OneIntent_ConfidenceStillDependsOnTheText()
    {
        var engine = new IntentEngine(new WordEncoder());

        var near = await RunAsync(engine, "cancel order", ["cancel_order"]);
        var far = await RunAsync(engine, "zebra", ["cancel_order"]);

        Assert.True(near.Confidence > 0.9 && far.Confidence < 0.5, $"{near.Confidence} and {far.Confidence}");
    }

    [Fact]
    public async Task Run_SameIntentsAgain_OnlyTheTextIsEncoded()
    {
        var encoder = new WordEncoder();
        var engine = new IntentEngine(encoder);

        var first = await RunAsync(engine, "cancel order", Orders);
        var before = encoder.Encoded;
        var second = await RunAsync(engine, "cancel order", Orders);
        var changed = await RunAsync(engine, "cancel order", [.. Orders[..3], new { name = "X2", examples = new[] { "my money back", "refund now" } }]);

        Assert.Equal(8, before); // four names, a description, two examples, the text
        Assert.Equal(before + 1 + 4, encoder.Encoded);
        Assert.Equal(JsonSerializer.Serialize(first), JsonSerializer.Serialize(second));
        Assert.Equal("cancel_order", changed.Intent);
    }

    [Fact]
    public async Task Run_CancelledHalfway_WhatWasEncodedIsKept()
    {
        var encoder = new WordEncoder();
        var engine = new IntentEngine(encoder);
        using var leaving = new CancellationTokenSource();
        var calls = 0;
        encoder.OnEncode = () =>
        {
            if (++calls == 3)
            {
                leaving.Cancel();
            }
        };
        object[] intents = [.. Enumerable.Range(0, 200).Select(index => $"intent {index}")];

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(engine, "intent 7", intents, token: leaving.Token));
        var before = encoder.Encoded;
        await RunAsync(engine, "intent 7", intents);

        Assert.Equal((96, 201), (before, encoder.Encoded));
    }

    [Fact]
    public async Task Run_LongTextOrOtherLanguage_IsNoticed()
    {
        var engine = new IntentEngine(new WordEncoder { Windows = 3 });

        var answer = await engine.RunAsync(Payload("a", ["x"], language: "de"), CancellationToken.None);

        Assert.Collection(
            answer.Notices,
            notice => Assert.Contains("3 overlapping parts", notice, StringComparison.Ordinal),
            notice => Assert.Contains("reads English", notice, StringComparison.Ordinal));
        Assert.Empty((await new IntentEngine(new WordEncoder()).RunAsync(Payload("a", ["x"], language: "en-GB"), CancellationToken.None)).Notices);
    }

    [Fact]
    public async Task Run_AnyUnicode_AnswersAndIsTheSameTwice()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            object[] intents = [.. Enumerable.Range(0, 1 + (seed % 9)).Select(index => (object)$"{index}{RandomText.Create(seed + index, 20)}")];
            var text = RandomText.Create(seed, seed) + "x";

            var first = await RunAsync(new IntentEngine(new WordEncoder()), text, intents);

            Assert.InRange(first.Confidence, 0, 1);
            Assert.Equal(Math.Min(5, intents.Length - 1), first.Alternatives.Count);
            Assert.Equal(JsonSerializer.Serialize(first), JsonSerializer.Serialize(await RunAsync(new IntentEngine(new WordEncoder()), text, intents)));
        }
    }

    [Fact]
    public void Cache_FullerThanItMayBe_OldestLeave()
    {
        var encoder = new WordEncoder();
        var cache = new IntentCache(maxBytes: 3 * 1024 * sizeof(float));
        UInt128[] keys = [.. Enumerable.Range(0, 4).Select(index => IntentCache.KeyOf($"i{index}"))];
        foreach (var (key, index) in keys.Select((key, index) => (key, index)))
        {
            cache.Find(keys[0]); // used all the time
            cache.Store(key, IntentPrototype.Create($"i{index}", encoder.Encode([$"i{index}"], CancellationToken.None)));
            cache.Store(key, IntentPrototype.Create($"i{index}", encoder.Encode([$"i{index}"], CancellationToken.None)));
        }

        Assert.Equal([true, false, true, true], keys.Select(key => cache.Find(key) is not null));
        Assert.Equal(3 * 1024 * sizeof(float), cache.Bytes);
    }

    [Fact]
    public void CacheKey_EverythingCounts()
    {
        PossibleIntent[] intents =
        [
            "ab", new() { Name = "a", Description = "b" }, new() { Name = "a", Examples = ["b"] }, new() { Name = "a", Description = "" },
            new() { Name = "a" }, new() { Name = "a", Examples = ["b", "c"] }, new() { Name = "a", Examples = ["bc"] }, new() { Name = "a", Examples = ["c", "b"] },
        ];

        Assert.Equal(intents.Length, intents.Select(IntentCache.KeyOf).Distinct().Count());
    }

    [Theory]
    [InlineData("cancel_order", "cancel order")]
    [InlineData("cancelOrder", "cancel order")]
    [InlineData("Cancel-Order ", "cancel order")]
    [InlineData("parseURLPath", "parse url path")]
    [InlineData("top2Songs", "top2 songs")]
    [InlineData("card_payment_fee_charged", "card payment fee charged")]
    [InlineData("orders.cancel/now", "orders cancel now")]
    [InlineData("reverted_card_payment?", "reverted card payment?")]
    [InlineData("ÜberÖffnen", "über öffnen")]
    [InlineData("___", "___")]
    [InlineData("🙂", "🙂")]
    [InlineData("注文", "注文")]
    public void Words_AnyWayOfWriting_AreWords(string name, string expected)
    {
        Assert.Equal(expected, IntentWords.Of(name));
    }

    [Fact]
    public void Calibration_NearerOrAlone_IsSurer()
    {
        double Best(params double[] likenesses) => IntentCalibration.Probabilities(likenesses, examples: 0)[0];

        Assert.True(Best(0.6, 0.3) > Best(0.6, 0.5));
        Assert.True(Best(0.6, 0.3) > Best(0.3, 0));
        Assert.True(Best(0.6) > Best(0.6, 0.3));
        Assert.All((double[])[-1, 0, 0.5, 1], likeness => Assert.InRange(Best(likeness, likeness, likeness), 0, 1 / 3.0));
        Assert.Equal(1, IntentCalibration.Probabilities([0.9, 0.8, 0.7], 10).Sum(), precision: 3);
    }

    private static async Task<IntentDetectionResult> RunAsync(IntentEngine engine, string text, object[] intents, double? threshold = null, CancellationToken token = default)
    {
        var answer = await engine.RunAsync(Payload(text, intents, threshold), token);
        return JsonSerializer.Deserialize(answer.Result.Span, OperationsJsonContext.Default.IntentDetectionResult)!;
    }

    private static byte[] Payload(string text, object[] intents, double? threshold = null, string? language = null) =>
        JsonSerializer.SerializeToUtf8Bytes(new { text, language, parameters = new { possible_intents = intents, threshold } });
}
