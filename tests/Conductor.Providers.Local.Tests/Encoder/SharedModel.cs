using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Gguf;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Tokens;

namespace Conductor.Providers.Local.Tests.Encoder;

/// <summary>The shipped model, one encoder for each kind of kernel that this processor has.</summary>
public sealed class SharedModel : IDisposable
{
    private readonly Dictionary<KernelKind, MiniLmEncoder> _encoders =
        Kinds.ToDictionary(kind => kind, kind => new MiniLmEncoder(MiniLmEncoder.ShippedModel, kind, new EncoderSlots(EncoderSlots.Default)));

    internal static IEnumerable<KernelKind> Kinds => Enum.GetValues<KernelKind>().Where(KernelKinds.IsSupported);

    internal MiniLmEncoder Encoder => _encoders[KernelKinds.Best];

    internal IReadOnlyDictionary<KernelKind, MiniLmEncoder> Encoders => _encoders;

    internal WordPieceTokenizer Tokenizer { get; } = ReadTokenizer();

    public void Dispose()
    {
        foreach (var encoder in _encoders.Values)
        {
            encoder.Dispose();
        }
    }

    private static WordPieceTokenizer ReadTokenizer()
    {
        using var file = GgufFile.Open(MiniLmEncoder.ShippedModel);
        using var lease = file.Take();
        return new WordPieceTokenizer(WordPieceVocabulary.Read(file.Content, lease.Bytes));
    }
}
