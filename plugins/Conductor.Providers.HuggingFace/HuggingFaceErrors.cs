using System.Text;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>
/// What the hub's errors mean. Their shape is the backing provider's: OpenAI's, a bare text under `error`, `message` or `detail`, a list of texts, a problem
/// document, or no JSON at all.
/// </summary>
internal sealed class HuggingFaceErrors() : OpenAIErrors("Hugging Face")
{
    private const int LongestText = 2_000;

    // A sentence in plain text tells as much as one in JSON.
    public override WireError? Read(ReadOnlySpan<byte> body) =>
        base.Read(body) is { } error ? error
        : body.IsEmpty || body.TrimStart(" \r\n\t"u8) is [(byte)'<', ..] ? null
        : new WireError(Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestText)]));

    public override WireErrorCategory Classify(WireError error)
    {
        var category = base.Classify(error);
        return category is not (WireErrorCategory.Unknown or WireErrorCategory.InvalidRequest or WireErrorCategory.Server) ? category
            : Says(error, "is currently loading") ? WireErrorCategory.Overloaded
            : Says(error, "exceeded your monthly included credits") ? WireErrorCategory.QuotaExhausted
            : Says(error, "model_not_supported") || Says(error, "is not supported by any provider") || Says(error, "does not exist") || Says(error, "not found") ? WireErrorCategory.ModelNotFound
            : Says(error, "`inputs` tokens + `max_new_tokens` must be") || Says(error, "must have less than") || Says(error, "tokens exceeds maximum") ? WireErrorCategory.ContextLength
            : category;
    }

    protected override ErrorMeaning? Translate(in UpstreamFailure failure) => (failure.Status, failure.Category) switch
    {
        (400 or 404 or 422, _) when failure.Error is { Code: "model_not_supported" } => NoModel,
        (400 or 422, WireErrorCategory.ModelNotFound) => NoModel,
        (500 or 503, WireErrorCategory.Overloaded) => new ErrorMeaning(ProviderErrorKind.Overloaded, "is loading the model") { Advice = "It answers once the model is loaded; a dedicated endpoint keeps it loaded." },
        (>= 500, WireErrorCategory.ContextLength) => new ErrorMeaning(ProviderErrorKind.ContextLengthExceeded, "says that the prompt does not fit the model"),
        (413, _) => new ErrorMeaning(ProviderErrorKind.ContextLengthExceeded, "says that the text does not fit the model"),
        _ => null,
    };

    private static ErrorMeaning NoModel { get; } = new(ProviderErrorKind.ModelNotFound, "has no provider for the model");

    private static bool Says(WireError error, string words) =>
        error.Message.Contains(words, StringComparison.OrdinalIgnoreCase) || error.Code == words;
}
