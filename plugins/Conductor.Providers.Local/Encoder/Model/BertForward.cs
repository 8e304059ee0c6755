using Conductor.Providers.Local.Encoder.Kernels;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>Runs word pieces through a BERT encoder.</summary>
/// <param name="weights">The model.</param>
/// <param name="kind">Which kernels.</param>
internal sealed unsafe class BertForward(BertWeights weights, KernelKind kind)
{
    private readonly KernelKind _floatKind = KernelKinds.BestFloat(kind);

    /// <summary>Makes a vector of length 1 of each text.</summary>
    /// <param name="file">The file that the weights were read from.</param>
    /// <param name="texts">Word pieces, the special ones included; all together at most the workspace's rows.</param>
    /// <param name="workspace">Memory for this run.</param>
    /// <param name="cancellationToken">Ends the run before the next layer.</param>
    /// <returns>The vectors, in the order of the texts.</returns>
    public float[][] Run(ReadOnlySpan<byte> file, IReadOnlyList<int[]> texts, BertWorkspace workspace, CancellationToken cancellationToken)
    {
        var rows = Embed(file, texts, workspace);
        foreach (var layer in weights.Layers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Run(layer, texts, rows, workspace);
        }

        var vectors = new float[texts.Count][];
        var row = workspace.Hidden.Pointer;
        for (var text = 0; text < vectors.Length; text++)
        {
            vectors[text] = Pool(row, texts[text].Length);
            row += (nint)texts[text].Length * weights.Shape.Width;
        }

        GC.KeepAlive(workspace);
        return vectors;
    }

    private int Embed(ReadOnlySpan<byte> file, IReadOnlyList<int[]> texts, BertWorkspace workspace)
    {
        var width = weights.Shape.Width;
        var pieces = weights.Pieces(file);
        var rows = 0;
        foreach (var text in texts)
        {
            for (var position = 0; position < text.Length; position++, rows++)
            {
                var row = workspace.Hidden.Span.Slice(rows * width, width);
                pieces.Read(text[position], row);
                for (var index = 0; index < width; index++)
                {
                    row[index] += weights.Positions[(position * width) + index];
                }
            }
        }

        weights.InputNorm.Apply(workspace.Hidden.Pointer, rows);
        return rows;
    }

    private void Run(BertLayer layer, IReadOnlyList<int[]> texts, int rows, BertWorkspace workspace)
    {
        var hidden = workspace.Hidden.Pointer;
        var change = workspace.Change.Pointer;
        var inner = workspace.Inner.Pointer;
        layer.Attention.Multiply(hidden, rows, workspace.Attention.Pointer, workspace.Scratch);
        var start = 0;
        foreach (var text in texts)
        {
            SelfAttention.Run(workspace, weights.Shape, _floatKind, start, text.Length);
            start += text.Length;
        }

        layer.AttentionOutput.Multiply(workspace.Context.Pointer, rows, change, workspace.Scratch);
        Elementwise.Add(hidden, change, rows * weights.Shape.Width);
        layer.AttentionNorm.Apply(hidden, rows);
        layer.Up.Multiply(hidden, rows, inner, workspace.Scratch);
        Elementwise.Gelu(inner, rows * weights.Shape.Inner);
        layer.Down.Multiply(inner, rows, change, workspace.Scratch);
        Elementwise.Add(hidden, change, rows * weights.Shape.Width);
        layer.OutputNorm.Apply(hidden, rows);
    }

    private float[] Pool(float* rows, int count)
    {
        var vector = new float[weights.Shape.Width];
        fixed (float* sum = vector)
        {
            for (var row = 0; row < count; row++)
            {
                Elementwise.Add(sum, rows + ((nint)row * vector.Length), vector.Length);
            }
        }

        UnitVectors.Normalize(vector);
        return vector;
    }
}
