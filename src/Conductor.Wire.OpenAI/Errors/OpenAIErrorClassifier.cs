namespace Conductor.Wire.OpenAI;

/// <summary>Tells what an error object is about. Servers of this dialect agree on few codes, so the texts of the well-known ones count too.</summary>
public static class OpenAIErrorClassifier
{
    // One row per server: OpenAI, vLLM, llama.cpp, LM Studio, Ollama's /v1, Groq, and gateways in front of Anthropic and Gemini.
    private static readonly string[] ContextTexts =
    [
        "exceeds the context window", "maximum context length", "exceeds the available context size", "greater than the context length", "prompt is too long",
        "prompt too long", "input length exceeds the context length", "reduce the length of the messages", "exceeds the maximum number of tokens", "context length exceeded",
        "longer than the maximum model length",
    ];

    /// <summary>Tells it; the code wins over the type, the type over the text.</summary>
    public static WireErrorCategory Classify(WireError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var byCode = OfWord(error.Code);
        if (byCode is not (WireErrorCategory.Unknown or WireErrorCategory.InvalidRequest))
        {
            return byCode;
        }

        var byType = OfWord(error.Type);
        if (byType is not (WireErrorCategory.Unknown or WireErrorCategory.InvalidRequest or WireErrorCategory.Server))
        {
            return byType;
        }

        // "Too many tokens per minute" also talks about lengths.
        var isRate = error.Message.Contains("rate limit", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("too many requests", StringComparison.OrdinalIgnoreCase);
        if (!isRate && IsContextText(error.Message))
        {
            return WireErrorCategory.ContextLength;
        }

        return byCode != WireErrorCategory.Unknown ? byCode : byType;
    }

    private static bool IsContextText(string message) =>
        Array.Exists(ContextTexts, text => message.Contains(text, StringComparison.OrdinalIgnoreCase))
        || (message.Contains("input token count", StringComparison.OrdinalIgnoreCase) && message.Contains("exceeds the maximum", StringComparison.OrdinalIgnoreCase));

    private static WireErrorCategory OfWord(string? word) => word switch
    {
        null or "" => WireErrorCategory.Unknown,
        "context_length_exceeded" or "exceed_context_size_error" or "string_above_max_length" or "413" => WireErrorCategory.ContextLength,
        "content_filter" or "content_policy_violation" or "ResponsibleAIPolicyViolation" => WireErrorCategory.ContentFilter,
        "invalid_api_key" or "authentication_error" or "AuthenticationError" or "permission_error" or "PermissionDeniedError" or "401" or "403" => WireErrorCategory.Credentials,
        "model_not_found" or "DeploymentNotFound" or "NotFoundError" or "not_found_error" or "404" => WireErrorCategory.ModelNotFound,
        "insufficient_quota" or "billing_hard_limit_reached" or "billing_not_active" or "402" => WireErrorCategory.QuotaExhausted,
        "rate_limit_exceeded" or "rate_limit_error" or "RateLimitError" or "RateLimitReached" or "requests" or "tokens" or "429" => WireErrorCategory.RateLimited,
        "overloaded_error" or "overloaded" or "unavailable_error" or "engine_overloaded" or "server_overloaded" or "503" or "529" => WireErrorCategory.Overloaded,
        "timeout" or "timeout_error" or "408" or "504" => WireErrorCategory.Timeout,
        "invalid_request_error" or "BadRequestError" or "UnprocessableEntityError" or "400" or "422" => WireErrorCategory.InvalidRequest,
        "server_error" or "internal_server_error" or "InternalServerError" or "api_error" or "500" or "502" => WireErrorCategory.Server,
        _ => WireErrorCategory.Unknown,
    };
}
