using System.Text.Json;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>What Azure's errors mean where that is something else than usual. Their `type` and `param` are often missing; the code says it all.</summary>
internal sealed class AzureErrors() : OpenAIErrors("Azure OpenAI")
{
    public override WireError? Read(ReadOnlySpan<byte> body) => base.Read(body) is { } error ? error with { Code = InnerCode(body) ?? error.Code } : null;

    protected override ErrorMeaning? Translate(in UpstreamFailure failure) => (failure.Status, failure.Error?.Code) switch
    {
        (404, "DeploymentNotFound") => new ErrorMeaning(ProviderErrorKind.ModelNotFound, "has no such deployment") { Advice = "A deployment that was just made is found after some minutes; 'deployments' maps models to their names." },
        (404, _) when failure.Category != WireErrorCategory.ContextLength =>
            new ErrorMeaning(ProviderErrorKind.ModelNotFound, "does not have the deployment, or not this address; check 'api_style' and 'api_version'"),
        (400, "OperationNotSupported" or "unsupported_value" or "unsupported_parameter") => new ErrorMeaning(ProviderErrorKind.Unsupported, "says that the model cannot do what was asked"),
        (424, _) => new ErrorMeaning(ProviderErrorKind.ServerError, "failed behind its own door"),
        _ => null,
    };

    // A filtered prompt: `{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, the outer code being another at times.
    private static string? InnerCode(ReadOnlySpan<byte> body)
    {
        var root = JsonElement.Parse(body); // it has been read once
        return root.TryGetProperty("error"u8, out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("innererror"u8, out var inner)
            && inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("code"u8, out var code) && code.ValueKind == JsonValueKind.String
            && code.ValueEquals("ResponsibleAIPolicyViolation"u8) ? "content_filter" : null;
    }
}
