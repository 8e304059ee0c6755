using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Tests.Quality;
using Conductor.Tests.Shared;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Encoder;

/// <summary>A llama.cpp server with the shipped weights.</summary>
public sealed class EmbeddingLlama : LlamaServer
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(2) };

    protected override string? ModelFile => MiniLmEncoder.ShippedModel;

    protected override IReadOnlyList<string> MoreArguments => ["--embeddings", "-c", "512", "-b", "512", "-ub", "512"];

    /// <summary>Vectors and word pieces of texts.</summary>
    internal async Task<(float[][] Vectors, int Tokens)> EmbedAsync(IEnumerable<string> texts)
    {
        using var reply = await Http.PostAsJsonAsync(new Uri(BaseUrl + "/embeddings"), new { input = texts, model = Model });
        var body = await reply.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        var vectors = body.GetProperty("data").EnumerateArray().OrderBy(item => item.GetProperty("index").GetInt32())
            .Select(item => item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray());
        return (vectors.ToArray(), body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }
}

public class AgreementTests(SharedModel model, EmbeddingLlama llama, ITestOutputHelper output) : IClassFixture<SharedModel>, IClassFixture<EmbeddingLlama>
{
    [SkippableFact]
    public async Task Encode_TextsOfEveryLength_AgreesWithLlamaCpp()
    {
        Skip.If(llama.WhyNot is not null, llama.WhyNot);
        string[] texts = [.. EnglishTexts.OfEveryLength(model.Tokenizer)];
        var lowest = model.Encoders.Keys.ToDictionary(kind => kind, _ => 1.0);
        foreach (var text in texts)
        {
            var (expected, tokens) = await llama.EmbedAsync([text]);
            foreach (var (kind, encoder) in model.Encoders)
            {
                var encoded = Assert.Single(encoder.Encode([text], CancellationToken.None));

                Assert.Equal(tokens, encoded.Tokens);
                lowest[kind] = Math.Min(lowest[kind], Vectors.Cosine(expected[0], encoded.Vector));
            }
        }

        foreach (var (kind, cosine) in lowest)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{texts.Length} texts of 3 to 256 word pieces, {kind}: lowest cosine with llama.cpp {cosine:F6}"));
        }

        Assert.All(lowest, pair => Assert.True(pair.Value >= 0.999, $"{pair.Key}: {pair.Value}"));
    }

    [SkippableFact]
    public async Task Encode_SentencePairs_RankAsPeopleDoAndAsLlamaCppDoes()
    {
        var rows = EvaluationData.Read("embeddings", "dev");
        string[] texts = [.. rows.SelectMany(row => new[] { row.GetProperty("a").GetString()!, row.GetProperty("b").GetString()! })];
        double[] scores = [.. rows.Select(row => row.GetProperty("score").GetDouble())];

        var ours = Spearman(scores, Cosines([.. model.Encoder.Encode(texts, CancellationToken.None).Select(text => text.Vector)]));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"STS-B dev, {rows.Count} pairs, {KernelKinds.Best}: Spearman {ours:F4}"));

        Assert.True(ours >= 0.86, $"{ours}");
        Skip.If(llama.WhyNot is not null, llama.WhyNot);
        var theirs = new List<float[]>();
        foreach (var chunk in texts.Chunk(50))
        {
            theirs.AddRange((await llama.EmbedAsync(chunk)).Vectors);
        }

        var reference = Spearman(scores, Cosines(theirs));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"llama.cpp on the same pairs: Spearman {reference:F4}"));
        Assert.Equal(reference, ours, 0.003);
    }

    private static double[] Cosines(IReadOnlyList<float[]> vectors) =>
        [.. Enumerable.Range(0, vectors.Count / 2).Select(pair => Vectors.Cosine(vectors[2 * pair], vectors[(2 * pair) + 1]))];

    // Pearson's correlation of ranks; equal values share the mean of their ranks.
    private static double Spearman(double[] left, double[] right)
    {
        double[] a = Ranks(left), b = Ranks(right);
        double meanA = a.Average(), meanB = b.Average();
        var covariance = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return covariance / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    private static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(index => values[index])];
        var ranks = new double[values.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            while (end < order.Length && values[order[end]] == values[order[start]])
            {
                end++;
            }

            for (var index = start; index < end; index++)
            {
                ranks[order[index]] = (start + end - 1) / 2.0;
            }

            start = end;
        }

        return ranks;
    }
}
