using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.TestKit;

/// <summary>Vectors: as many as texts, in their order, all of one length.</summary>
internal static class EmbeddingChecks
{
    private static readonly string[] Texts = ["the cat sat on the mat", "interest rates rose again", "你好 🌍"];

    public static IReadOnlyList<ConformanceCheck<ProviderBench>> All { get; } =
    [
        new("embeddings.vectors", VectorsAsync),
        new("embeddings.dimensions", DimensionsAsync),
        new("embeddings.errors", ErrorsAsync),
    ];

    private static async Task VectorsAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var generator = await GeneratorAsync(bench, cancellationToken).ConfigureAwait(false);
        var all = await generator.GenerateAsync(Texts, null, cancellationToken).ConfigureAwait(false);
        Expect.That(all is not null && all.Count == Texts.Length, $"For {Texts.Length} texts it gives {all?.Count ?? 0} vectors; one for each, in their order.");
        var length = all![0].Vector.Length;
        Expect.That(length > 0 && all.All(embedding => embedding.Vector.Length == length), "Its vectors are empty, or of different lengths.");
        Expect.That(all.All(embedding => !embedding.Vector.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue)), "A vector holds a number that is none (NaN or infinite).");
        Expect.That(all.Usage is not { InputTokenCount: < 0 }, "It states a negative number of tokens; a counter that is not known is null.");
        for (var i = 0; i < Texts.Length; i++)
        {
            var alone = await generator.GenerateAsync([Texts[i]], null, cancellationToken).ConfigureAwait(false);
            var nearest = Enumerable.Range(0, Texts.Length).MinBy(other => Distance(alone[0].Vector.Span, all[other].Vector.Span));
            Expect.That(nearest == i, $"The vector of text {i} among {Texts.Length} is not that of the same text alone: the vectors are not in the order of the texts.");
        }

        bench.Capabilities.Add("embeddings");
    }

    private static async Task DimensionsAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var generator = await GeneratorAsync(bench, cancellationToken).ConfigureAwait(false);
        GeneratedEmbeddings<Embedding<float>> cut;
        try
        {
            cut = await generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { Dimensions = 2 }, cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException refusal) when (refusal.Kind is ProviderErrorKind.Unsupported or ProviderErrorKind.InvalidRequest)
        {
            throw new NotOfferedException($"It makes vectors of its model's own length only, and says so: {refusal.Kind}.");
        }

        Expect.That(cut.All(embedding => embedding.Vector.Length == 2), $"Asked for 2 dimensions it gives {cut[0].Vector.Length}; pass the number on, or refuse with ProviderErrorKind.Unsupported.");
    }

    private static async Task ErrorsAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var generator = await GeneratorAsync(bench, cancellationToken).ConfigureAwait(false);
        const string when = "the upstream refuses the key of a request for vectors";
        bench.Upstream(new UpstreamTurn.Failure(401, "no"));
        var failure = await Expect.FailureAsync(() => generator.GenerateAsync(Texts, null, cancellationToken), when).ConfigureAwait(false);
        Expect.That(failure.Kind == ProviderErrorKind.Credentials, $"When {when}, the failure's kind is {failure.Kind}; it must be Credentials.");
        ErrorChecks.RequireSilence(bench, failure.Text, when);
    }

    private static async Task<IEmbeddingGenerator<string, Embedding<float>>> GeneratorAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var model = await bench.EmbeddingModelAsync(cancellationToken).ConfigureAwait(false);
        var generator = bench.Provider.GetEmbeddingGenerator(model)
            ?? throw new NotOfferedException($"It gives no embedding generator for model '{model}'.");
        if (bench.Script is not null)
        {
            bench.Upstream(new UpstreamTurn.Vectors());
        }

        return generator;
    }

    private static double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var sum = 0.0;
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            sum += Math.Pow(one[i] - other[i], 2);
        }

        return sum;
    }
}
