namespace Conductor.Wire.Anthropic;

/// <summary>Tells what an error object is about.</summary>
public static class AnthropicErrorClassifier
{
    /// <summary>Tells it; the code wins over the type, and the text of a request that is too long over a type that says only that the request is wrong.</summary>
    public static WireErrorCategory Classify(WireError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (error.Code is { } code && code.Contains("spend_limit", StringComparison.Ordinal))
        {
            return WireErrorCategory.QuotaExhausted; // no time is named, and waiting does not help
        }

        var byType = error.Type switch
        {
            "invalid_request_error" => WireErrorCategory.InvalidRequest,
            "authentication_error" or "permission_error" => WireErrorCategory.Credentials,
            "billing_error" => WireErrorCategory.QuotaExhausted,
            "not_found_error" => WireErrorCategory.ModelNotFound,
            "request_too_large" => WireErrorCategory.ContextLength,
            "rate_limit_error" => WireErrorCategory.RateLimited,
            "timeout_error" => WireErrorCategory.Timeout,
            "overloaded_error" => WireErrorCategory.Overloaded,
            "api_error" => WireErrorCategory.Server,
            _ => WireErrorCategory.Unknown,
        };
        if (byType is not (WireErrorCategory.InvalidRequest or WireErrorCategory.Unknown))
        {
            return byType;
        }

        return Says(error, "prompt is too long") || Says(error, "exceed context limit") || Says(error, "exceeds the context window") ? WireErrorCategory.ContextLength
            : Says(error, "credit balance is too low") ? WireErrorCategory.QuotaExhausted
            : Says(error, "content filtering policy") ? WireErrorCategory.ContentFilter
            : byType;
    }

    private static bool Says(WireError error, string text) => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase);
}
