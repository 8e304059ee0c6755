using Conductor.Providers.Local.Encoder;

namespace Conductor.Providers.Local.Tests.Encoder;

internal static class EncoderCalls
{
    /// <summary>Encodes and waits, for tests of what comes out.</summary>
    public static IReadOnlyList<EncodedText> Encode(this ITextEncoder encoder, IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        encoder.EncodeAsync(texts, cancellationToken).GetAwaiter().GetResult();
}
