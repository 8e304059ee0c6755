using Conductor.Wire;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>The errors of servers of this dialect.</summary>
/// <param name="name">The upstream inside a sentence.</param>
public class OpenAIErrors(string name) : UpstreamErrors(name)
{
    /// <inheritdoc/>
    public override WireError? Read(ReadOnlySpan<byte> body) => OpenAIErrorReader.TryRead(body);

    /// <inheritdoc/>
    public override WireErrorCategory Classify(WireError error) => OpenAIErrorClassifier.Classify(error);
}
