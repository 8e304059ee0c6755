namespace Conductor.Providers.Local.Encoder;

/// <summary>Turns texts into vectors of length 1. Members are called from many threads at once.</summary>
internal interface ITextEncoder
{
    /// <summary>Length of a vector.</summary>
    int Dimensions { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="texts">Any texts, the empty one included.</param>
    /// <param name="cancellationToken">Ends the work within a few milliseconds.</param>
    /// <exception cref="ProviderException">The model cannot be used.</exception>
    /// <returns>One result for each text, in their order.</returns>
    Task<IReadOnlyList<EncodedText>> EncodeAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <summary>A text as a vector.</summary>
/// <param name="Vector">Of length 1 (L2).</param>
/// <param name="Tokens">Word pieces of the text, the two special ones included.</param>
/// <param name="Windows">1, or the number of overlapping windows that were averaged for a text longer than the model reads at once.</param>
internal sealed record EncodedText(float[] Vector, int Tokens, int Windows);
