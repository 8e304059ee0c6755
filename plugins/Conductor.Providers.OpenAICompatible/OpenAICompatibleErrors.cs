using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>The errors of servers of this dialect: they mean what they usually do.</summary>
internal sealed class OpenAICompatibleErrors() : UpstreamErrors("the upstream")
{
    public override WireError? Read(ReadOnlySpan<byte> body) => OpenAIErrorReader.TryRead(body);

    public override WireErrorCategory Classify(WireError error) => OpenAIErrorClassifier.Classify(error);
}
