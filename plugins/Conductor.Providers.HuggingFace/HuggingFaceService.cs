using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.HuggingFace;

/// <summary>The router, or an endpoint of one's own.</summary>
internal sealed class HuggingFaceService(HuggingFaceSettings settings, UpstreamClient upstream) : OpenAIService(settings.Http, upstream)
{
    public bool IsDedicated => settings.IsDedicated;

    public override string PathOf(RawEndpoint endpoint, string model) => "v1/" + base.PathOf(endpoint, model);

    /// <summary>Where a model's own task is asked for.</summary>
    /// <exception cref="ProviderException">The model's name cannot be part of an address.</exception>
    public string TaskPathOf(string model) => settings.IsDedicated ? "" : "hf-inference/models/" + UpstreamPath.Segments(model);

    /// <summary>Where vectors are asked for.</summary>
    /// <exception cref="ProviderException">The model's name cannot be part of an address.</exception>
    public string FeaturesPathOf(string model) => TaskPathOf(model) + "/pipeline/feature-extraction";

    /// <summary>Asks for the models.</summary>
    /// <exception cref="ProviderException">The hub could not be asked.</exception>
    public async Task<IReadOnlyList<OpenAIModel>> AskListAsync(CancellationToken cancellationToken)
    {
        var reply = await Upstream.GetAsync("v1/models", cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await reply.ReadWholeAsync(body => OpenAIModelsReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
        }
    }
}
