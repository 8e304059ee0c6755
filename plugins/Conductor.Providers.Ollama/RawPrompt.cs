using Conductor.Wire;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>How long a request's prompt may be, of a request that goes on as bytes.</summary>
/// <param name="Tokens">The estimate.</param>
/// <param name="Output">Tokens of the answer that the caller allows; null where open; 0 for vectors.</param>
internal readonly record struct RawPrompt(TokenEstimate Tokens, int? Output)
{
    // What is not understood here is counted by its bytes.
    private const int BytesOfAToken = 3;

    /// <summary>Estimates it; null where there is no prompt, which asks for the model to be loaded or unloaded.</summary>
    public static RawPrompt? Of(RawEndpoint endpoint, ReadOnlySpan<byte> body)
    {
        try
        {
            if (endpoint == RawEndpoint.Embeddings)
            {
                return new RawPrompt(OllamaEmbedRequest.Read(body).Inputs.Select(TokenEstimate.Of).MaxBy(estimate => estimate.Most), 0);
            }

            var request = endpoint == RawEndpoint.Completions ? OllamaRequestReader.ReadGenerate(body) : OllamaRequestReader.ReadChat(body);
            return request.Messages.Count == 0 ? null : new RawPrompt(TokenEstimate.Of(request.Messages, request.Options), request.Options.MaxOutputTokens);
        }
        catch (WireRequestException)
        {
            // Something that only Ollama knows: `raw`, `suffix`, `context`. Whether it is right, Ollama says.
            return new RawPrompt(new TokenEstimate(0, body.Length / BytesOfAToken, body.Length), endpoint == RawEndpoint.Embeddings ? 0 : null);
        }
    }
}
