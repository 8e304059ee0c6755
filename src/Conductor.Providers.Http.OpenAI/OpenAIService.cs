using Conductor.Wire.OpenAI;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>One upstream of the OpenAI dialect, and how it differs from the others. One per provider, for many threads.</summary>
/// <param name="settings">The provider's settings.</param>
/// <param name="upstream">The connection; the service does not own it.</param>
public class OpenAIService(HttpProviderSettings settings, UpstreamClient upstream)
{
    /// <summary>What ends a stream of this dialect.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> EndMarks { get; } = ["data: [DONE]"u8.ToArray(), "data:[DONE]"u8.ToArray()];

    /// <summary>The provider's settings.</summary>
    public HttpProviderSettings Settings => settings;

    /// <summary>The connection.</summary>
    public UpstreamClient Upstream => upstream;

    /// <summary>The model's name in a request's body.</summary>
    public virtual string WireName(string model) => model;

    /// <summary>What a model reads.</summary>
    public virtual OpenAITarget TargetOf(string model) => Usual;

    /// <summary>Where requests go: what follows the base address.</summary>
    /// <exception cref="ProviderException">The model's name cannot be part of an address.</exception>
    public virtual string PathOf(RawEndpoint endpoint, string model) => endpoint switch
    {
        RawEndpoint.Chat => "chat/completions",
        RawEndpoint.Embeddings => "embeddings",
        RawEndpoint.Completions => "completions",
        RawEndpoint.Responses => "responses",
        _ => throw new ProviderException(ProviderErrorKind.Unsupported, "This provider has no such endpoint."),
    };

    /// <summary>Asks for the models.</summary>
    /// <exception cref="ProviderException">The upstream could not be asked.</exception>
    public async Task<IReadOnlyList<OpenAIModel>> AskModelsAsync(CancellationToken cancellationToken)
    {
        var reply = await upstream.GetAsync("models", cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await reply.ReadWholeAsync(body => OpenAIModelsReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
        }
    }

    private static OpenAITarget Usual { get; } = new();
}
