using Conductor.Providers.Local.Encoder.Kernels;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>The weights of one layer.</summary>
/// <param name="Attention">Makes queries, keys and values, one behind the other.</param>
/// <param name="AttentionOutput">Joins the heads.</param>
/// <param name="AttentionNorm">Layer norm after the attention.</param>
/// <param name="Up">To the inner numbers.</param>
/// <param name="Down">And back.</param>
/// <param name="OutputNorm">Layer norm at the end.</param>
internal sealed record BertLayer(WeightMatrix Attention, WeightMatrix AttentionOutput, NormWeights AttentionNorm, WeightMatrix Up, WeightMatrix Down, NormWeights OutputNorm);

/// <summary>The weights of a layer norm.</summary>
internal sealed unsafe class NormWeights
{
    private readonly AlignedBuffer<float> _weight;
    private readonly AlignedBuffer<float> _bias;
    private readonly float _epsilon;

    public NormWeights(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon)
    {
        _weight = new AlignedBuffer<float>(weight.Length);
        _bias = new AlignedBuffer<float>(bias.Length);
        weight.CopyTo(_weight.Span);
        bias.CopyTo(_bias.Span);
        _epsilon = epsilon;
    }

    /// <summary>rows = norm(rows).</summary>
    public void Apply(float* rows, int count)
    {
        for (var row = 0; row < count; row++)
        {
            Elementwise.LayerNorm(rows + ((nint)row * _weight.Length), _weight.Length, _weight.Pointer, _bias.Pointer, _epsilon);
        }

        GC.KeepAlive(this);
    }
}
