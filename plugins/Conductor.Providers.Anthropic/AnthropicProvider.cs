using Conductor.Providers.Http;
using Conductor.Wire.Anthropic;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Anthropic;

/// <summary>One account with the Messages API, or one server that speaks it.</summary>
internal sealed class AnthropicProvider(AnthropicSettings settings, ModelLimits limits, UpstreamClient upstream) : IModelProvider
{
    private const int PageSize = 1_000; // the API's own most
    private const int MostPages = 20;

    public IRawTransport RawTransport { get; } = new AnthropicTransport(settings, upstream);

    public IChatClient GetChatClient(string modelId) => new AnthropicChatClient(settings, limits, upstream, modelId);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        ProviderChores.ListAsync(settings.Http, () => AskModelsAsync(cancellationToken), id => Describe(new AnthropicModel(id)));

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => AskPageAsync("?limit=1", cancellationToken));

    private async Task<IReadOnlyList<ModelDescriptor>> AskModelsAsync(CancellationToken cancellationToken)
    {
        var models = new List<AnthropicModel>();
        var after = "";
        for (var i = 0; i < MostPages; i++)
        {
            var page = await AskPageAsync($"?limit={PageSize}{after}", cancellationToken).ConfigureAwait(false);
            models.AddRange(page.Models);
            if (!page.HasMore || page.LastId is not { Length: > 0 } last || page.Models.Count == 0)
            {
                break;
            }

            after = "&after_id=" + Uri.EscapeDataString(last);
        }

        var served = models.Where(model => !model.IsRetired).DistinctBy(model => model.Id).ToList();
        limits.Take(served);
        return [.. served.Select(Describe)];
    }

    private async Task<AnthropicModelPage> AskPageAsync(string query, CancellationToken cancellationToken)
    {
        var reply = await upstream.GetAsync(AnthropicPaths.Models + query, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await reply.ReadWholeAsync(body => AnthropicModelsReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the row says; where it says nothing, what all models of today can.</summary>
    private static ModelDescriptor Describe(AnthropicModel model)
    {
        var isFirst = ModelRules.IsFirst(model.Id);
        var capabilities = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools;
        capabilities |= model.TakesImages ?? true ? ModelCapabilities.Vision : 0;
        capabilities |= model.HasStructuredOutputs ?? !isFirst ? ModelCapabilities.JsonSchema : 0;
        capabilities |= model.HasThinking ?? !isFirst ? ModelCapabilities.Reasoning : 0;
        return new ModelDescriptor
        {
            Id = model.Id,
            DisplayName = model.DisplayName,
            Capabilities = capabilities,
            ContextWindow = model.MaxInputTokens,
            MaxOutputTokens = model.MaxTokens,
        };
    }
}
