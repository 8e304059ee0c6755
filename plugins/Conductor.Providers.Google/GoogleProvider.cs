using Conductor.Providers.Http;
using Conductor.Wire.Gemini;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Google;

/// <summary>Google's models.</summary>
internal sealed class GoogleProvider(GoogleSettings settings, UpstreamClient upstream) : IModelProvider
{
    // Google pages at fifty by itself, and offers a hundred or so.
    private const int PageSize = 1000;
    private const int MostPages = 20;

    public IRawTransport RawTransport { get; } = new GoogleTransport(settings, upstream);

    public IChatClient GetChatClient(string modelId) => new GoogleChatClient(settings, upstream, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new GoogleEmbeddingGenerator(settings, upstream, modelId);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        ProviderChores.ListAsync(settings.Http, () => AskModelsAsync(cancellationToken), GoogleModels.Describe);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => AskPageAsync(1, null, cancellationToken));

    private async Task<IReadOnlyList<ModelDescriptor>> AskModelsAsync(CancellationToken cancellationToken)
    {
        var models = new List<ModelDescriptor>();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var (rows, token) = await AskPageAsync(PageSize, next, cancellationToken).ConfigureAwait(false);
            models.AddRange(rows.Select(GoogleModels.Describe).OfType<ModelDescriptor>());
            if (token is null || token == next)
            {
                break;
            }

            next = token;
        }

        return models;
    }

    private async Task<(IReadOnlyList<GeminiModel> Models, string? NextPage)> AskPageAsync(int size, string? token, CancellationToken cancellationToken)
    {
        var query = token is null ? "" : "&pageToken=" + Uri.EscapeDataString(token);
        var reply = await upstream.GetAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{settings.ApiVersion}/models?pageSize={size}{query}"), cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await reply.ReadWholeAsync(body => GeminiModelsReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
        }
    }
}
