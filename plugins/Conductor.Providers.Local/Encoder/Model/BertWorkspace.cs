using Conductor.Providers.Local.Encoder.Kernels;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>The memory of one run through the model, for one thread at a time; about 5 MB.</summary>
/// <param name="shape">The model's measures.</param>
/// <param name="maxRows">Word pieces of a run.</param>
internal sealed class BertWorkspace(BertShape shape, int maxRows)
{
    private static int PanelsOf(int rows) => (rows + FloatKernel.Columns - 1) / FloatKernel.Columns;

    public int MaxRows { get; } = maxRows;

    /// <summary>A row of the model's width for each word piece.</summary>
    public AlignedBuffer<float> Hidden { get; } = new(maxRows * shape.Width);

    /// <summary>What a half of a layer adds to it.</summary>
    public AlignedBuffer<float> Change { get; } = new(maxRows * shape.Width);

    /// <summary>Queries, keys and values of each row.</summary>
    public AlignedBuffer<float> Attention { get; } = new(maxRows * shape.Width * 3);

    /// <summary>What the attention took from the values.</summary>
    public AlignedBuffer<float> Context { get; } = new(maxRows * shape.Width);

    /// <summary>The inner numbers of each row.</summary>
    public AlignedBuffer<float> Inner { get; } = new(maxRows * shape.Inner);

    /// <summary>Of one head: keys with their columns as rows, 32 keys at a time.</summary>
    public AlignedBuffer<float> Keys { get; } = new(PanelsOf(maxRows) * FloatKernel.Columns * BertShape.HeadWidth);

    /// <summary>Of one head: values.</summary>
    public AlignedBuffer<float> Values { get; } = new(maxRows * BertShape.HeadWidth);

    /// <summary>Of one head: how much every row takes from every other.</summary>
    public AlignedBuffer<float> Scores { get; } = new(maxRows * PanelsOf(maxRows) * FloatKernel.Columns);

    public Scratch Scratch { get; } = new(maxRows, Math.Max(shape.Width, shape.Inner));
}
