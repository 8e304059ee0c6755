using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>What Ollama's errors mean. It has no codes: its texts tell what they are about.</summary>
/// <param name="provider">The provider's name in the configuration, for the command that fetches a model.</param>
internal sealed class OllamaErrors(string provider) : UpstreamErrors("Ollama")
{
    private const string NobodyThere = "No Ollama answers at its address; 'ollama serve' starts one.";
    private const string NoSuchHost = "The host name of Ollama's address is not known.";

    /// <summary>Whether nobody was there at all; false for a connection that broke later.</summary>
    public static bool IsNobodyThere(ProviderException failure) => failure is { Kind: ProviderErrorKind.Network, Message: NobodyThere or NoSuchHost };

    public override WireError? Read(ReadOnlySpan<byte> body) => OllamaErrorReader.TryRead(body) is { } text ? new WireError(text) : null;

    public override WireErrorCategory Classify(WireError error) => OllamaErrorClassifier.Classify(error.Message);

    protected override ErrorMeaning? Translate(in UpstreamFailure failure) => failure.Status is > 200 and < 400
        ? null
        : OfCategory(failure.Category, failure.Request) ?? (failure.Status switch
        {
            401 or 403 => Key,
            404 or 405 => new ErrorMeaning(ProviderErrorKind.Unsupported, $"has no '/{failure.Request.Path}'"),
            _ => null,
        });

    protected override string NetworkSentence(HttpRequestError? error) => error switch
    {
        HttpRequestError.NameResolutionError => NoSuchHost,
        HttpRequestError.ConnectionError => NobodyThere,
        HttpRequestError.InvalidResponse => "What answers at Ollama's address does not speak HTTP.",
        _ => base.NetworkSentence(error),
    };

    private static ErrorMeaning Key { get; } = new(ProviderErrorKind.Credentials, "refused the key, or wants one");

    private ErrorMeaning? OfCategory(WireErrorCategory category, UpstreamRequest ask) => category switch
    {
        WireErrorCategory.ContextLength => new(ProviderErrorKind.ContextLengthExceeded, "says that the prompt does not fit the context"),
        WireErrorCategory.ModelNotFound when ask.Path == OllamaPaths.Pull => new(ProviderErrorKind.ModelNotFound, $"finds no model '{ask.Model}' in its registry"),
        WireErrorCategory.ModelNotFound => new(ProviderErrorKind.ModelNotFound, $"does not have model '{ask.Model}'") { Advice = $"'conductor models pull {provider}/{ask.Model}' fetches it." },
        WireErrorCategory.Unsupported => new(ProviderErrorKind.Unsupported, $"says that model '{ask.Model}' cannot do what was asked, for example tools, images, thinking or vectors"),
        WireErrorCategory.Overloaded => new(ProviderErrorKind.Overloaded, "has a full queue"),
        WireErrorCategory.OutOfMemory => new(ProviderErrorKind.ServerError, $"has too little memory for model '{ask.Model}' and its context; 'num_ctx: {{ max: … }}' bounds that"),
        WireErrorCategory.Credentials => Key,
        WireErrorCategory.RateLimited => new(ProviderErrorKind.RateLimited, "limits the rate of requests"),
        _ => null,
    };
}
