using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAI;

/// <summary>OpenAI, with what each of its models reads.</summary>
internal sealed class OpenAIModelsService(HttpProviderSettings settings, UpstreamClient upstream) : OpenAIService(settings, upstream)
{
    public override OpenAITarget TargetOf(string model) => ReasoningModels.TargetOf(model);
}
