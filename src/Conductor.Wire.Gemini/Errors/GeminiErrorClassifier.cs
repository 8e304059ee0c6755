namespace Conductor.Wire.Gemini;

/// <summary>Tells what an error of Google's servers is about. Their words for codes are few, so reasons, quotas and well-known texts count too.</summary>
public static class GeminiErrorClassifier
{
    /// <summary>The type of a <see cref="WireError"/> that stands for a refused prompt, or for an answer that was.</summary>
    internal const string Blocked = "PROMPT_BLOCKED";

    private const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>Tells it.</summary>
    public static WireErrorCategory Classify(GeminiError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var text = error.Message;
        if (error.Reason is { } reason && (reason.StartsWith("API_KEY_", StringComparison.Ordinal) || reason is "ACCESS_TOKEN_EXPIRED" or "CREDENTIALS_MISSING" or "SERVICE_DISABLED" or "BILLING_DISABLED" or "CONSUMER_INVALID"))
        {
            return WireErrorCategory.Credentials; // a bad key is a 400 here
        }

        return (error.Status ?? GeminiError.StatusOf(error.Code)) switch
        {
            "INVALID_ARGUMENT" or "OUT_OF_RANGE" or "FAILED_PRECONDITION" or "UNIMPLEMENTED" => OfRefusal(error, text),
            "UNAUTHENTICATED" or "PERMISSION_DENIED" => WireErrorCategory.Credentials,
            "NOT_FOUND" => WireErrorCategory.ModelNotFound,
            "RESOURCE_EXHAUSTED" => IsUsedUp(error) ? WireErrorCategory.QuotaExhausted : WireErrorCategory.RateLimited,
            "UNAVAILABLE" => WireErrorCategory.Overloaded,
            "DEADLINE_EXCEEDED" or "CANCELLED" => WireErrorCategory.Timeout,
            "INTERNAL" when IsTooLong(text) => WireErrorCategory.ContextLength,
            "INTERNAL" or "UNKNOWN" or "ABORTED" or "DATA_LOSS" => WireErrorCategory.Server,
            _ => WireErrorCategory.Unknown,
        };
    }

    /// <summary>Tells it of an error that stood inside a successful reply, as the readers of this dialect hand it on.</summary>
    public static WireErrorCategory Classify(WireError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Type switch
        {
            Blocked => WireErrorCategory.ContentFilter,
            // The caller's history lacks what this model asks for.
            "MISSING_THOUGHT_SIGNATURE" => WireErrorCategory.InvalidRequest,
            _ when error.Type is not null && error.Type == error.Code => WireErrorCategory.Server, // the finish reason of an answer with nothing in it
            _ => error.Code is { } word && Enum.TryParse<WireErrorCategory>(word, out var category) ? category : WireErrorCategory.Unknown,
        };
    }

    /// <summary>The category as a word, for an error that travels in the form that all dialects share.</summary>
    internal static string Word(GeminiError error) => Classify(error).ToString();

    private static WireErrorCategory OfRefusal(GeminiError error, string text)
    {
        if (IsTooLong(text))
        {
            return WireErrorCategory.ContextLength;
        }

        if (text.Contains("API key not valid", AnyCase) || text.Contains("API key expired", AnyCase) || text.Contains("location is not supported", AnyCase))
        {
            return WireErrorCategory.Credentials;
        }

        var isUnable = text.Contains("is not enabled for", AnyCase) || text.Contains("is not supported", AnyCase) || text.Contains("does not support", AnyCase) || text.Contains("not supported by", AnyCase);
        return error.Status == "UNIMPLEMENTED" || isUnable ? WireErrorCategory.Unsupported : WireErrorCategory.InvalidRequest;
    }

    private static bool IsTooLong(string text) =>
        (text.Contains("input token count", AnyCase) && text.Contains("exceeds the maximum", AnyCase)) || text.Contains("input context is too long", AnyCase);

    /// <summary>A quota of the day, or one of nothing at all: waiting a minute does not help.</summary>
    private static bool IsUsedUp(GeminiError error) =>
        error.Quotas.Any(quota => quota.Contains("PerDay", StringComparison.Ordinal))
        || error.Message.Contains("limit: 0", AnyCase) || error.Message.Contains("credits are depleted", AnyCase) || error.Message.Contains("spending cap", AnyCase);
}
