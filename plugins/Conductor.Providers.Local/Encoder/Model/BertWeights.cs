using System.Runtime.InteropServices;
using Conductor.Providers.Local.Encoder.Gguf;
using Conductor.Providers.Local.Encoder.Kernels;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>A BERT encoder's weights: the layers packed for one kind of kernel, the table of word pieces left in the file.</summary>
internal sealed class BertWeights
{
    private readonly GgufTensor _pieces;

    private BertWeights(BertShape shape, GgufTensor pieces, float[] positions, NormWeights inputNorm, IReadOnlyList<BertLayer> layers)
    {
        Shape = shape;
        _pieces = pieces;
        Positions = positions;
        InputNorm = inputNorm;
        Layers = layers;
    }

    public BertShape Shape { get; }

    /// <summary>For each position, what is added to its word piece (the first segment's share included).</summary>
    public float[] Positions { get; }

    public NormWeights InputNorm { get; }

    public IReadOnlyList<BertLayer> Layers { get; }

    /// <summary>The table of word pieces, in the file.</summary>
    public QuantizedRows Pieces(ReadOnlySpan<byte> file) => new(_pieces.Bytes(file), Shape.Width);

    /// <exception cref="InvalidDataException">A tensor is missing or another than expected.</exception>
    public static BertWeights Read(GgufContent content, ReadOnlySpan<byte> file, int pieceCount, KernelKind kind)
    {
        var shape = BertShape.Read(content, file);
        var pieces = content.Tensor("token_embd.weight", GgufTensorType.Q8_0, shape.Width, pieceCount);
        float[] positions = [.. Floats(content, file, "position_embd.weight", shape.Width, shape.Positions)];
        var segment = Floats(content, file, "token_types.weight", shape.Width, 2)[..shape.Width];
        for (var index = 0; index < positions.Length; index++)
        {
            positions[index] += segment[index % shape.Width];
        }

        var norm = ReadNorm(content, file, shape, "token_embd_norm");
        var layers = new BertLayer[shape.Layers];
        for (var layer = 0; layer < layers.Length; layer++)
        {
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"blk.{layer}.");
            layers[layer] = new BertLayer(
                ReadMatrix(content, file, kind, shape.Width, shape.Width, name + "attn_q", name + "attn_k", name + "attn_v"),
                ReadMatrix(content, file, kind, shape.Width, shape.Width, name + "attn_output"),
                ReadNorm(content, file, shape, name + "attn_output_norm"),
                ReadMatrix(content, file, kind, shape.Width, shape.Inner, name + "ffn_up"),
                ReadMatrix(content, file, kind, shape.Inner, shape.Width, name + "ffn_down"),
                ReadNorm(content, file, shape, name + "layer_output_norm"));
        }

        return new BertWeights(shape, pieces, positions, norm, layers);
    }

    // Several matrices of the same inputs become one: what goes in is quantised once for all of them.
    private static WeightMatrix ReadMatrix(GgufContent content, ReadOnlySpan<byte> file, KernelKind kind, int inputs, int outputs, params ReadOnlySpan<string> names)
    {
        var rows = new List<byte>();
        var bias = new List<float>();
        foreach (var name in names)
        {
            rows.AddRange(content.Tensor(name + ".weight", GgufTensorType.Q8_0, inputs, outputs).Bytes(file));
            bias.AddRange(Floats(content, file, name + ".bias", outputs));
        }

        return WeightMatrix.Create(kind, new QuantizedRows(CollectionsMarshal.AsSpan(rows), inputs), [.. bias]);
    }

    private static NormWeights ReadNorm(GgufContent content, ReadOnlySpan<byte> file, BertShape shape, string name) =>
        new(Floats(content, file, name + ".weight", shape.Width), Floats(content, file, name + ".bias", shape.Width), shape.Epsilon);

    private static ReadOnlySpan<float> Floats(GgufContent content, ReadOnlySpan<byte> file, string name, params ReadOnlySpan<int> shape) =>
        MemoryMarshal.Cast<byte, float>(content.Tensor(name, GgufTensorType.F32, shape).Bytes(file));
}
