using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Model;

namespace Conductor.Providers.Local.Encoder;

/// <summary>all-MiniLM-L6-v2. The model file is read at the first use and closed with the provider. One thread at a time works on a call.</summary>
/// <param name="path">The model file.</param>
/// <param name="kind">Which kernels; <see cref="KernelKinds.Best"/> but for tests and measurements.</param>
/// <param name="slots">What all calls share.</param>
internal sealed class MiniLmEncoder(string path, KernelKind kind, EncoderSlots slots) : ITextEncoder, IDisposable
{
    private readonly Lock _gate = new();
    private MiniLmModel? _model;
    private bool _isDisposed;

    public int Dimensions => 384;

    public static string ShippedModel => Path.Combine(Path.GetDirectoryName(typeof(MiniLmEncoder).Assembly.Location) ?? "", "Models", "all-MiniLM-L6-v2-q8_0.gguf");

    public async Task<IReadOnlyList<EncodedText>> EncodeAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        cancellationToken.ThrowIfCancellationRequested();
        var model = Volatile.Read(ref _model) ?? await slots.RunAsync(Load, cancellationToken).ConfigureAwait(false); // the first time it reads 25 MB
        var results = new EncodedText[texts.Count];
        var batch = new EncoderBatch(model, slots);
        for (var index = 0; index < results.Length; index++)
        {
            var pieces = model.Tokenize(texts[index]);
            var starts = TextWindows.Starts(pieces.Count);
            var mean = new WindowMean(Dimensions, TextWindows.Weights(starts, pieces.Count));
            results[index] = new EncodedText(mean.Vector, pieces.Count + 2, starts.Length);
            foreach (var start in starts)
            {
                await batch.AddAsync(model.Frame(pieces, start), mean, cancellationToken).ConfigureAwait(false);
            }
        }

        await batch.RunAsync(cancellationToken).ConfigureAwait(false);
        return results;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _model?.Dispose();
            _model = null;
        }
    }

    private MiniLmModel Load()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                return _model ??= MiniLmModel.Load(path, kind);
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // The message of an I/O failure names the folder; what it was is in the inner one.
                throw new ProviderException(
                    ProviderErrorKind.ModelNotFound, failure is InvalidDataException ? $"The model file cannot be used. {failure.Message}" : "The model file cannot be opened.", failure);
            }
        }
    }
}
