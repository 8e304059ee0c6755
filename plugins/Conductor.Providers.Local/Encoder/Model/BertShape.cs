using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>The measures of a BERT encoder.</summary>
/// <param name="Layers">Number of layers.</param>
/// <param name="Width">Numbers that stand for a word piece; the length of the vectors.</param>
/// <param name="Inner">Numbers in the middle of a layer's second half.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Positions">Word pieces that it can read at once.</param>
/// <param name="Epsilon">Added to the variance in layer norm.</param>
internal sealed record BertShape(int Layers, int Width, int Inner, int Heads, int Positions, float Epsilon)
{
    /// <summary>Numbers of one head; the attention is written for this many.</summary>
    public const int HeadWidth = 32;

    private const int MeanPooling = 1;
    private const int Largest = 65_536;

    /// <exception cref="InvalidDataException">The file holds another kind of model.</exception>
    public static BertShape Read(GgufContent content, ReadOnlySpan<byte> file)
    {
        var kind = new GgufReader(file, content.Value("general.architecture", GgufValueType.String).Offset).ReadString("the architecture");
        if (kind != "bert")
        {
            throw new InvalidDataException($"Not a usable GGUF file: it holds a model of kind '{kind}', not 'bert'.");
        }

        var shape = new BertShape(
            content.Int32(file, "bert.block_count"), content.Int32(file, "bert.embedding_length"), content.Int32(file, "bert.feed_forward_length"),
            content.Int32(file, "bert.attention.head_count"), content.Int32(file, "bert.context_length"),
            new GgufReader(file, content.Value("bert.attention.layer_norm_epsilon", GgufValueType.Float32).Offset).ReadSingle("epsilon"));
        var isUsable = shape.Layers is > 0 and <= 256 && shape.Heads > 0 && shape.Heads <= Largest / HeadWidth && shape.Width == shape.Heads * HeadWidth
            && shape.Inner is > 0 and <= Largest && shape.Inner % GgufTensor.BlockSize == 0 && shape.Positions is > 2 and <= Largest
            && content.Int32(file, "bert.pooling_type") == MeanPooling;
        return isUsable ? shape
            : throw new InvalidDataException($"Not a usable GGUF file: only mean pooling, heads of {HeadWidth} numbers and layers of multiples of {GgufTensor.BlockSize} are computed here.");
    }
}
