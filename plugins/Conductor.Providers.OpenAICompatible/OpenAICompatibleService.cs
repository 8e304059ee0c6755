using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>The server, with what it reads of a request.</summary>
internal sealed class OpenAICompatibleService(OpenAICompatibleSettings settings, UpstreamClient upstream) : OpenAIService(settings.Http, upstream)
{
    public override OpenAITarget TargetOf(string model) => settings.Target;
}
