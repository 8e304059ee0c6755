using Microsoft.Extensions.AI;

namespace Conductor.Evaluation.Tasks;

/// <summary>How alike two sentences are: the cosine of their vectors.</summary>
internal sealed class EmbeddingsTask : IEvaluationTask
{
    public string Name => "embeddings";

    public string Folder => "embeddings";

    public string Score => "embeddings.py";

    public string? Operation => null;

    public async Task<IReadOnlyList<object>> RunAsync(LocalEngines engines, EvaluationData data)
    {
        List<object> predictions = [];
        foreach (var row in data.Dev)
        {
            var vectors = await engines.Embeddings.GenerateAsync([row.GetProperty("a").GetString()!, row.GetProperty("b").GetString()!]);
            predictions.Add(new { id = row.GetProperty("id").GetString(), prediction = Cosine(vectors[0].Vector.Span, vectors[1].Vector.Span) });
        }

        return predictions;
    }

    // The vectors are of length 1.
    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var index = 0; index < left.Length; index++)
        {
            sum += (double)left[index] * right[index];
        }

        return sum;
    }
}
