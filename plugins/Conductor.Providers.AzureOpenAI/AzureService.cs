using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>One resource, its deployments and where they are called.</summary>
internal sealed class AzureService(AzureSettings settings, UpstreamClient upstream) : OpenAIService(settings.Http, upstream)
{
    public bool IsClassic => settings.IsClassic;

    public override string WireName(string model) => settings.Deployments.GetValueOrDefault(model, model);

    public override OpenAITarget TargetOf(string model) => ReasoningModels.TargetOf(model);

    public override string PathOf(RawEndpoint endpoint, string model)
    {
        var path = base.PathOf(endpoint, model);
        return settings.IsClassic ? $"openai/deployments/{UpstreamPath.Segment(WireName(model))}/{path}?api-version={settings.ApiVersion}" : "openai/v1/" + path;
    }

    /// <summary>Asks something that costs nothing. The answer lists what could be deployed, which says nothing of what is.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var reply = await Upstream.GetAsync(settings.IsClassic ? $"openai/models?api-version={settings.ApiVersion}" : "openai/v1/models", cancellationToken).ConfigureAwait(false);
        await reply.DisposeAsync().ConfigureAwait(false);
    }
}
