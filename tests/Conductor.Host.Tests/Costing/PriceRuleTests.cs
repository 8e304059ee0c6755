using System.Text;
using Conductor.Configuration;
using Conductor.Costing;
using Conductor.Host.Dialects;
using Conductor.Host.Tests.Support;
using Conductor.Money;
using Conductor.Settings;
using Conductor.Wire;
using Conductor.Wire.Anthropic;
using Conductor.Wire.Gemini;
using Conductor.Wire.OpenAI;
using Conductor.Wire.Ollama;
using Conductor.Wire.Responses;

namespace Conductor.Host.Tests.Costing;

/// <summary>
/// Every rule of prices, from the bytes of an upstream's answer and the words of `models.yaml` to nano-dollars. The expected figures were computed by hand, as each row
/// shows: tokens x dollars per million x 1,000 = nano-dollars.
/// </summary>
public sealed class PriceRuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private const string Plain = "{ input: 2, output: 8 }";
    private const string Claude = "{ input: 3, cached_input: 0.3, cache_write: 3.75, cache_write_1h: 6, output: 15 }";
    private const string Gpt = "{ input: 2.5, cached_input: 1.25, cache_write: 3, output: 10 }";
    private const string Pro = "{ input: 1.25, cached_input: 0.125, output: 10, long_context_above: 200000, long_input: 2.5, long_cached_input: 0.25, long_output: 15 }";
    private const string Media = "{ input: 1, output: 4, audio_input: 32, audio_output: 64, image_input: 5, image_output: 40 }";

    public static TheoryData<string, string, string, string, long> Cases => new()
    {
        // OpenAI: cached and written tokens are inside the prompt, reasoning is inside the completion.
        { "openai: input and output", "openai", """{"prompt_tokens":1000,"completion_tokens":500}""", Plain, (1000 * 2000) + (500 * 8000) },
        { "openai: cached is inside the prompt", "openai", """{"prompt_tokens":1000,"completion_tokens":500,"prompt_tokens_details":{"cached_tokens":400}}""", Gpt, (600 * 2500) + (400 * 1250) + (500 * 10_000) },
        { "openai: written is inside the prompt", "openai", """{"prompt_tokens":1000,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":400,"cache_write_tokens":300}}""", Gpt, (300 * 2500) + (400 * 1250) + (300 * 3000) },
        { "openai: reasoning is inside the completion", "openai", """{"prompt_tokens":0,"completion_tokens":500,"completion_tokens_details":{"reasoning_tokens":450}}""", Plain, 500 * 8000 },
        { "openai: reasoning at its own price", "openai", """{"prompt_tokens":0,"completion_tokens":500,"completion_tokens_details":{"reasoning_tokens":450}}""", "{ input: 2, output: 8, reasoning: 3 }", (50 * 8000) + (450 * 3000) },
        { "openai: no cache prices, the input's are taken", "openai", """{"prompt_tokens":1000,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":400,"cache_write_tokens":300}}""", Plain, 1000 * 2000 },
        { "openai: cached for nothing is nothing", "openai", """{"prompt_tokens":1000,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":400}}""", "{ input: 2, cached_input: 0, output: 8 }", 600 * 2000 },
        { "openai: audio in and out", "openai", """{"prompt_tokens":300,"completion_tokens":200,"prompt_tokens_details":{"audio_tokens":100},"completion_tokens_details":{"audio_tokens":150}}""", Media, (200 * 1000) + (100 * 32_000) + (50 * 4000) + (150 * 64_000) },
        { "openai: pictures in and out", "openai", """{"prompt_tokens":300,"completion_tokens":200,"prompt_tokens_details":{"image_tokens":100},"completion_tokens_details":{"image_tokens":150}}""", Media, (200 * 1000) + (100 * 5000) + (50 * 4000) + (150 * 40_000) },
        { "openai: audio without a price of its own is text", "openai", """{"prompt_tokens":300,"completion_tokens":200,"prompt_tokens_details":{"audio_tokens":100}}""", Plain, (300 * 2000) + (200 * 8000) },
        { "openai: a cached token is paid once, as cached", "openai", """{"prompt_tokens":100,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":80,"audio_tokens":100}}""", "{ input: 1, cached_input: 0.5, output: 4, audio_input: 32 }", (80 * 500) + (20 * 32_000) },
        { "xai: reasoning beside the completion, the total says so", "openai", """{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}""", Plain, (32 * 2000) + (103 * 8000) },
        { "google behind openai's dialect: thoughts only in the total", "openai", """{"prompt_tokens":20,"completion_tokens":151,"total_tokens":553}""", Plain, (20 * 2000) + (533 * 8000) },
        { "openai: explicit zero is zero", "openai", """{"prompt_tokens":0,"completion_tokens":0}""", Plain, 0 },
        { "openai: a request has a price of its own", "openai", """{"prompt_tokens":10,"completion_tokens":1}""", "{ input: 2, output: 8, per_request: 0.005 }", (10 * 2000) + 8000 + 5_000_000 },
        { "openai: below zero earns no credit", "openai", """{"prompt_tokens":-1000,"completion_tokens":1}""", Plain, 8000 },
        { "openai: parts above their whole are the whole once", "openai", """{"prompt_tokens":10,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":999,"cache_write_tokens":999}}""", Gpt, 10 * 1250 },
        { "responses: cached and reasoning inside", "responses", """{"input_tokens":1000,"output_tokens":500,"input_tokens_details":{"cached_tokens":400},"output_tokens_details":{"reasoning_tokens":100}}""", Gpt, (600 * 2500) + (400 * 1250) + (500 * 10_000) },

        // Anthropic: the input excludes what was read from and written to the cache.
        { "anthropic: input excludes the cache", "anthropic", """{"input_tokens":100,"cache_read_input_tokens":2000,"cache_creation_input_tokens":500,"output_tokens":50}""", Claude, (100 * 3000) + (2000 * 300) + (500 * 3750) + (50 * 15_000) },
        { "anthropic: written for an hour and for minutes", "anthropic", """{"input_tokens":100,"cache_creation_input_tokens":500,"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":300},"output_tokens":0}""", Claude, (100 * 3000) + (200 * 3750) + (300 * 6000) },
        { "anthropic: an hour without a price of its own is a write", "anthropic", """{"input_tokens":0,"cache_creation_input_tokens":500,"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":300},"output_tokens":0}""", "{ input: 3, cache_write: 3.75, output: 15 }", 500 * 3750 },
        { "anthropic: thinking is inside the output", "anthropic", """{"input_tokens":10,"output_tokens":400,"output_tokens_details":{"thinking_tokens":390}}""", Claude, (10 * 3000) + (400 * 15_000) },
        { "anthropic: the cache counts towards a long context", "anthropic", """{"input_tokens":1,"cache_read_input_tokens":200000,"output_tokens":1}""", "{ input: 3, cached_input: 0.3, output: 15, long_context_above: 200000, long_input: 6, long_output: 22.5 }", 6000 + (200_000 * 600) + 22_500 },

        // Gemini: the prompt includes the cached part and not what tools added; the candidates exclude the thoughts.
        { "gemini: candidates exclude the thoughts", "gemini", """{"promptTokenCount":100,"candidatesTokenCount":20,"thoughtsTokenCount":300,"totalTokenCount":420}""", Pro, (100 * 1250) + (320 * 10_000) },
        { "gemini: the prompt includes the cached part", "gemini", """{"promptTokenCount":1000,"cachedContentTokenCount":900,"candidatesTokenCount":0}""", Pro, (100 * 1250) + (900 * 125) },
        { "gemini: what tools put before the model is input", "gemini", """{"promptTokenCount":100,"toolUsePromptTokenCount":50,"candidatesTokenCount":1}""", Pro, (150 * 1250) + 10_000 },
        { "gemini: at the limit the short price", "gemini", """{"promptTokenCount":200000,"candidatesTokenCount":10}""", Pro, (200_000 * 1250) + (10 * 10_000) },
        { "gemini: above it the long price for every token", "gemini", """{"promptTokenCount":200001,"cachedContentTokenCount":1,"candidatesTokenCount":10}""", Pro, (200_000 * 2500) + 250 + (10 * 15_000) },
        { "gemini: audio by modality", "gemini", """{"promptTokenCount":100,"candidatesTokenCount":10,"promptTokensDetails":[{"modality":"TEXT","tokenCount":40},{"modality":"AUDIO","tokenCount":60}]}""", Media, (40 * 1000) + (60 * 32_000) + (10 * 4000) },
        { "gemini: pictures out", "gemini", """{"promptTokenCount":10,"candidatesTokenCount":1300,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}""", Media, (10 * 1000) + (1290 * 40_000) + (10 * 4000) },

        // Ollama: two counters, thinking in the second.
        { "ollama: counters of the last line", "ollama", """ "prompt_eval_count":26,"eval_count":298 """, Plain, (26 * 2000) + (298 * 8000) },

        // Embeddings.
        { "openai embeddings: input alone", "openai-embeddings", """{"prompt_tokens":1000,"total_tokens":1000}""", "{ input: 0.02, output: 0 }", 20_000 },
        { "openai embeddings: a price of vectors", "openai-embeddings", """{"prompt_tokens":1000,"total_tokens":1000}""", "{ input: 5, output: 0, embedding: 0.13 }", 130_000 },

        // Tiers, times, multiplied prices, rounding.
        { "tiers: the first", "openai", """{"prompt_tokens":32000,"completion_tokens":1}""", Tiers, (32_000 * 1000) + 2000 },
        { "tiers: the second", "openai", """{"prompt_tokens":32001,"completion_tokens":1}""", Tiers, (32_001 * 2000) + 5000 },
        { "tiers: the third, its cache price raised with the input", "openai", """{"prompt_tokens":200000,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":100000}}""", Tiers, (100_000 * 3000) + (100_000 * 300) + 9000 },
        { "time: the price of the day", "openai", """{"prompt_tokens":10,"completion_tokens":0}""", "[ { input: 9, output: 9, valid_until: 2026-11-20 }, { input: 2, output: 2, valid_from: 2026-11-20, valid_until: 2026-11-21 }, { input: 1, output: 1, valid_from: 2026-11-21 } ]", 10 * 2000 },
        { "time: to the minute, with an offset", "openai", """{"prompt_tokens":10,"completion_tokens":0}""", "[ { input: 9, output: 9, valid_until: \"2026-11-20T13:00:00+01:00\" }, { input: 2, output: 2, valid_from: \"2026-11-20T13:00:00+01:00\" } ]", 10 * 2000 },
        { "multiplier: a tenth off", "discounted", """{"prompt_tokens":10,"completion_tokens":1}""", "{ input: 2, output: 8, per_request: 0.001 }", (10 * 1800) + 7200 + 900_000 },
        { "rounding: up, once for the row", "openai", """{"prompt_tokens":1,"completion_tokens":1}""", "{ input: 0.0004, output: 0.0005 }", 1 },
        { "rounding: parts are not rounded", "openai", """{"prompt_tokens":3,"completion_tokens":3}""", "{ input: 0.0004, output: 0.0006 }", 3 },
    };

    private const string Tiers = "{ input: 1, cached_input: 0.1, output: 2, tiers: [ { above: 32000, input: 2, output: 5 }, { above: 128000, input: 3, output: 9 } ] }";

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cost_OfAnAnswer_IsAsComputedByHand(string rule, string dialect, string usage, string price, long nano)
    {
        using var folder = new TemporaryFolder();
        folder.Write("conductor.yaml", "providers: { openai: { plugin: openai }, discounted: { plugin: openai, price_multiplier: 0.9 } }");
        folder.Write("models.yaml", $"catalog:\n  - {{ provider: openai, model: m, usd_per_million: {price} }}\n");
        var load = SettingsLoader.Load(new SettingsSource { ConfigPath = Path.Combine(folder.Path, "conductor.yaml"), ContentRoot = folder.Path });
        Assert.Empty(load.Problems);
        var found = PriceCatalogBuilder.Build(load.Required).Find(dialect == "discounted" ? "discounted" : "openai", "m", Noon)!;

        var used = UsageSanity.Check(Read(dialect, usage)!);

        Assert.True(new NanoUsd(nano) == found.CostOf(used), $"{rule}: {found.CostOf(used)} instead of {new NanoUsd(nano)}, for {used}");
    }

    private static TokenUsage? Read(string dialect, string usage) => dialect switch
    {
        "openai" or "discounted" => Of(OpenAIScan.ScanChat(Bytes($$$"""{"choices":[{"message":{"content":"x"}}],"usage":{{{usage}}} }"""))),
        "openai-embeddings" => Of(OpenAIScan.ScanEmbeddings(Bytes($$"""{"data":[{"embedding":[1]}],"usage":{{usage}} }""")))?.AsEmbedding(),
        "responses" => Of(ResponsesScan.ScanAnswer(Bytes($$"""{"object":"response","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"x"}]}],"usage":{{usage}} }"""))),
        "anthropic" => Of(AnthropicScan.ScanMessage(Bytes($$"""{"content":[{"type":"text","text":"x"}],"usage":{{usage}} }"""))),
        "gemini" => Of(GeminiScan.ScanChat(Bytes($$"""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{{usage}} }"""))),
        "ollama" => Of(WireUsage.FromDetails(OllamaChunkReader.ReadWhole(Bytes($$"""{"message":{"role":"assistant","content":"x"},"done":true,"done_reason":"stop",{{usage}}}""")).Usage)),
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, "no such dialect"),
    };

    private static TokenUsage? Of(WireUsage? usage) => WireTranslation.ToTokenUsage(usage);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
