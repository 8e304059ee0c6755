using Conductor.Providers.Local.Encoder.Gguf;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Tokens;

namespace Conductor.Providers.Local.Encoder.Model;

/// <summary>A model file, read and ready: tokenizer, packed weights, and the memory of its runs.</summary>
internal sealed class MiniLmModel : IDisposable
{
    private const int SpecialPieces = 2;

    private readonly GgufFile _file;
    private readonly BertForward _forward;
    private readonly BertShape _shape;
    private readonly WordPieceVocabulary _vocabulary;
    private readonly WordPieceTokenizer _tokenizer;
    private readonly Lock _gate = new();
    private readonly Stack<BertWorkspace> _idle = new();

    private MiniLmModel(GgufFile file, KernelKind kind)
    {
        using var lease = file.Take();
        _file = file;
        _vocabulary = WordPieceVocabulary.Read(file.Content, lease.Bytes);
        _tokenizer = new WordPieceTokenizer(_vocabulary);
        var weights = BertWeights.Read(file.Content, lease.Bytes, _vocabulary.Count, kind);
        _shape = weights.Shape;
        _forward = new BertForward(weights, kind);
        if (_shape.Positions < MaxRows)
        {
            throw new InvalidDataException("Not a usable GGUF file: the model reads fewer word pieces at once than a window has.");
        }
    }

    /// <summary>Word pieces of a run: one whole window, or several short texts.</summary>
    public static int MaxRows => TextWindows.Pieces + SpecialPieces;

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidDataException">It holds no usable model; the message says why.</exception>
    /// <exception cref="IOException">It cannot be opened, or is not there.</exception>
    public static MiniLmModel Load(string path, KernelKind kind)
    {
        var file = GgufFile.Open(path);
        try
        {
            return new MiniLmModel(file, kind);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Word pieces of a text, without the special ones.</summary>
    public List<int> Tokenize(string text) => _tokenizer.Tokenize(text);

    /// <summary>The pieces of a window, the special ones around them.</summary>
    public int[] Frame(List<int> pieces, int start)
    {
        var count = Math.Min(pieces.Count - start, TextWindows.Pieces);
        var framed = new int[count + SpecialPieces];
        framed[0] = _vocabulary.Begin;
        pieces.CopyTo(start, framed, 1, count);
        framed[^1] = _vocabulary.End;
        return framed;
    }

    /// <summary>Makes a vector of length 1 of each framed text; together at most <see cref="MaxRows"/> pieces.</summary>
    /// <exception cref="ObjectDisposedException">The provider has gone.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    public float[][] Run(IReadOnlyList<int[]> texts, CancellationToken cancellationToken)
    {
        using var lease = _file.Take();
        var workspace = Rent();
        try
        {
            return _forward.Run(lease.Bytes, texts, workspace, cancellationToken);
        }
        finally
        {
            Return(workspace);
        }
    }

    public void Dispose() => _file.Dispose();

    private BertWorkspace Rent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var workspace))
            {
                return workspace;
            }
        }

        return new BertWorkspace(_shape, MaxRows);
    }

    // Only as many are kept as can be at work at once.
    private void Return(BertWorkspace workspace)
    {
        lock (_gate)
        {
            if (_idle.Count < Environment.ProcessorCount)
            {
                _idle.Push(workspace);
            }
        }
    }
}
