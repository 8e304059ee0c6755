using System.Globalization;
using Conductor.Budgets;
using Conductor.Limits;
using Conductor.Operations;
using Conductor.Providers;

namespace Conductor.Errors;

/// <summary>The one table of what callers are told: status, type, code. Every surface turns these into its own dialect's shape.</summary>
public static class ConductorErrors
{
    public static ConductorException InvalidKey() =>
        new(401, "authentication_error", "invalid_api_key", "The API key is missing or not valid. Send it as 'Authorization: Bearer KEY'.") { ShouldRetry = false };

    public static ConductorException ModelNotAllowed(string model) =>
        new(403, "permission_error", "model_not_allowed", $"This key may not use model '{model}'.") { Param = "model", ShouldRetry = false };

    public static ConductorException ModelNotFound(string model, string? nearest) =>
        new(404, "invalid_request_error", "model_not_found",
            $"Model '{model}' is not known here{(nearest is null ? "" : $" (nearest: '{nearest}')")}. GET /v1/models lists what is; a model that no list shows is called as provider/model.") { Param = "model" };

    /// <summary>The provider is there, and its entry in the configuration names other models only.</summary>
    public static ConductorException ModelNotOffered(string model, string provider, IReadOnlyList<string> offered, string? nearest) =>
        new(404, "invalid_request_error", "model_not_found",
            $"Model '{model}' is not offered{(nearest is null ? "" : $" (nearest: '{nearest}')")}: 'providers.{provider}.models' names "
            + $"{string.Join(", ", offered.Take(5))}{(offered.Count > 5 ? " and others" : "")}. Add it there, or '*' for any name.") { Param = "model" };

    public static ConductorException OperationNotFound(string operation, string? nearest) =>
        new(404, "invalid_request_error", "operation_not_found",
            $"Operation '{operation}' is not known here{(nearest is null ? "" : $" (nearest: '{nearest}')")}. GET /v1/operations lists what is.") { Param = "operation" };

    /// <summary>The operation's own code failed before any target was asked.</summary>
    public static ConductorException OperationFault(string operation, string kind) =>
        new(502, "upstream_error", "operation_fault", $"Operation '{operation}' failed inside its plugin ({kind}). The operator has to mend it.") { ShouldRetry = false };

    /// <summary>The operation's code failed too often: no call is made for a while.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="why">The end of the sentence.</param>
    public static ConductorException OperationQuarantined(string operation, string why) =>
        new(503, "overloaded_error", "operation_quarantined", $"Operation '{operation}' is {why}.") { ShouldRetry = false };

    /// <summary>A hook refuses the call or ends its answer.</summary>
    /// <param name="reason">Why, as a sentence.</param>
    public static ConductorException ContentFiltered(string reason) =>
        new(400, "invalid_request_error", "content_filter", reason) { ShouldRetry = false };

    /// <summary>The hook's own code failed, and the call is not let through without it.</summary>
    public static ConductorException HookFault(string hook, string kind) =>
        new(502, "upstream_error", "hook_fault", $"Hook '{hook}' failed inside its plugin ({kind}), and no call is made without it. The operator has to mend it.") { ShouldRetry = false };

    /// <summary>The hook's code failed too often: it is not asked for a while.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="why">The end of the sentence.</param>
    public static ConductorException HookQuarantined(string hook, string why) =>
        new(503, "overloaded_error", "hook_quarantined", $"Hook '{hook}' is {why}.") { ShouldRetry = false };

    /// <summary>The hook is configured, and no plugin brings it.</summary>
    public static ConductorException HookMissing(string hook) =>
        new(503, "overloaded_error", "hook_missing", $"Hook '{hook}' is in the configuration and no plugin brings it, and no call is made without it. The operator has to mend it.") { ShouldRetry = false };

    /// <summary>The operation's prompt cannot be used, before any target was asked.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="mistake">What is wrong, without the file's name.</param>
    public static ConductorException PromptFault(string operation, string mistake) =>
        new(502, "upstream_error", "prompt_fault", $"The prompt of operation '{operation}' cannot be used: {mistake} The operator has to mend it.") { ShouldRetry = false };

    public static ConductorException NoModelAvailable(string what) =>
        new(503, "overloaded_error", "no_model_available", what) { ShouldRetry = false };

    public static ConductorException PriceUnknown(string target) =>
        new(403, "permission_error", "price_unknown",
            $"The price of '{target}' is unknown, and with a key or a budget in force such calls are refused. Add it to 'catalog' in models.yaml, or set 'prices: {{ unknown: quarantine }}' or 'allow'.")
        { ShouldRetry = false };

    /// <summary>A hard budget has not enough left for what the call may cost.</summary>
    internal static ConductorException BudgetExceeded(BudgetShortfall shortfall, DateTimeOffset now)
    {
        var (limit, period) = (Dollars(shortfall.Budget.Limit), shortfall.Budget.Per.ToString().ToLowerInvariant());
        var message = shortfall.ResetsAt is { } resets
            ? $"The budget of {shortfall.Scope} does not allow this call: it may cost up to ${Dollars(shortfall.Needed)}, and ${Dollars(shortfall.Left)} of ${limit} per {period} is left. "
                + $"Resets {resets.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}."
            : $"The budget of {shortfall.Scope} does not allow this call: it may cost up to ${Dollars(shortfall.Needed)}, and one request may cost ${limit}. A shorter prompt or a smaller 'max_tokens' costs less.";
        return new(429, "insufficient_quota", "budget_exceeded", message)
        {
            ShouldRetry = false,
            RetryAfter = shortfall.ResetsAt is { } at && at - now < TimeSpan.FromMinutes(1) ? at - now : null, // else it is nothing to wait for
        };
    }

    private static string Dollars(Money.NanoUsd amount) => amount.ToUsd().ToString("0.00#######", CultureInfo.InvariantCulture);

    /// <summary>Too many calls at work, and nobody may wait for a place, or not longer.</summary>
    /// <param name="limit">How many are allowed.</param>
    /// <param name="whose">Whose limit it is, as the words after 'requests', a space before them; empty for all calls.</param>
    /// <param name="wait">How long a place is likely to take.</param>
    public static ConductorException QueueFull(int limit, string whose, TimeSpan wait) =>
        new(503, "overloaded_error", "queue_full", $"{limit} requests{whose} are being served, which is the limit. Try again shortly.") { RetryAfter = wait };

    /// <summary>A limit of requests or tokens is reached, or the call is larger than the whole of it.</summary>
    /// <param name="limit">The limit that keeps the call out longest.</param>
    /// <param name="asked">How many requests or tokens were wanted.</param>
    internal static ConductorException RateLimited(RateLimitState limit, long asked)
    {
        if (limit.Wait == RateLimitState.Never)
        {
            return new(429, "rate_limit_error", "rate_limit_exceeded", string.Create(
                CultureInfo.InvariantCulture,
                $"The call may use up to {asked:N0} tokens, and the limit of {limit.Limit.Scope} is {limit.Limit} in all, so it can never be made. A shorter prompt or a smaller 'max_tokens' needs fewer."))
            { ShouldRetry = false };
        }

        // Words without fractions: how long to wait stands in the headers to the millisecond.
        var what = limit.Limit.Unit == RateLimitUnit.Requests ? "" : string.Create(CultureInfo.InvariantCulture, $" The call may use up to {asked:N0} tokens, and {limit.Remaining:N0} are left.");
        return new(429, "rate_limit_error", "rate_limit_exceeded", string.Create(
            CultureInfo.InvariantCulture, $"The limit of {limit.Limit.Scope} is reached: {limit.Limit}.{what} Try again in {Math.Ceiling(limit.Wait.TotalSeconds):N0} s."))
        { RetryAfter = limit.Wait };
    }

    public static ConductorException Draining() =>
        new(503, "overloaded_error", "shutting_down", "This server is shutting down.") { RetryAfter = TimeSpan.FromSeconds(5) };

    public static ConductorException StorageFull() =>
        new(503, "overloaded_error", "storage_full", "The ledger cannot take entries now, so no call is made.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>No kept answer of the caller's has this id: none ever had, it has expired, left for want of room, was deleted, or is another tenant's.</summary>
    public static ConductorException ResponseNotFound(string id) =>
        new(404, "invalid_request_error", "not_found", $"Response with id '{id}' not found.") { ShouldRetry = false };

    /// <summary>The answer to go on from is not there, or one that it goes on from itself.</summary>
    public static ConductorException PreviousResponseNotFound(string id, string missing) =>
        new(400, "invalid_request_error", "previous_response_not_found",
            id == missing ? $"Previous response with id '{id}' not found." : $"Previous response with id '{id}' goes on from '{missing}', which is not kept any more; send the whole conversation as 'input'.")
        { Param = "previous_response_id", ShouldRetry = false };

    public static ConductorException ResponsesUnavailable() =>
        new(503, "overloaded_error", "storage_full", "Kept answers cannot be read now.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <param name="requestId">What the operator looks for in the log; the error says nothing else of the cause.</param>
    public static ConductorException Internal(string requestId) =>
        new(500, "api_error", "internal_error", $"Something failed inside Conductor. The log says what, under request id '{requestId}'.");

    /// <summary>What a caller is told of a provider's failure. Never the upstream's own text, address or key.</summary>
    public static ConductorException FromProvider(ProviderException failure, string provider)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ConductorException Make(int status, string type, string code, string message) =>
            new(status, type, code, message, failure) { Provider = provider, Category = ErrorCategories.Of(failure.Kind), RetryAfter = failure.RetryAfter, Param = failure.Param };

        return failure.Kind switch
        {
            ProviderErrorKind.InvalidRequest => Make(400, "invalid_request_error", "invalid_request", failure.Message),
            ProviderErrorKind.Unsupported => Make(400, "invalid_request_error", "unsupported_parameter", failure.Message),
            ProviderErrorKind.ContextLengthExceeded => Make(400, "invalid_request_error", "context_length_exceeded", "The prompt does not fit the model's context window."),
            ProviderErrorKind.ContentFilter => Make(400, "invalid_request_error", "content_filter", $"Provider '{provider}' refused the content."),
            ProviderErrorKind.Credentials => Make(502, "upstream_error", "upstream_credentials_exhausted", $"Provider '{provider}' refused Conductor's own key. The operator has to mend it."),
            ProviderErrorKind.ModelNotFound => Make(404, "invalid_request_error", "model_not_found", $"Provider '{provider}' does not have this model.{(failure.Advice is { } advice ? " " + advice : "")}"),
            ProviderErrorKind.RateLimited when failure.IsUnsent => Make(429, "rate_limit_error", "rate_limit_exceeded", $"The keys of provider '{provider}' have nothing left of their limits now."),
            ProviderErrorKind.RateLimited => Make(429, "rate_limit_error", "rate_limit_exceeded", $"Provider '{provider}' is limiting the rate of requests."),
            ProviderErrorKind.QuotaExhausted => new(429, "insufficient_quota", "upstream_quota_exhausted", $"The account with provider '{provider}' is used up.", failure) { Provider = provider, Category = ErrorCategories.Of(failure.Kind), ShouldRetry = false },
            ProviderErrorKind.Overloaded => Make(503, "overloaded_error", "upstream_overloaded", $"Provider '{provider}' is overloaded."),
            ProviderErrorKind.Timeout => Make(504, "timeout_error", "upstream_timeout", $"Provider '{provider}' did not answer in time."),
            ProviderErrorKind.Network => Make(502, "upstream_error", "upstream_unreachable", $"Provider '{provider}' could not be reached, or the connection to it broke."),
            ProviderErrorKind.InvalidResponse when failure.InnerException is StructuredOutputException => Make(502, "upstream_error", "upstream_invalid_response",
                $"The model at provider '{provider}' answered, but not in the shape that the operation asks for, nor after one repair. The log says what was wrong."),
            ProviderErrorKind.InvalidResponse => Make(502, "upstream_error", "upstream_invalid_response", $"Provider '{provider}' sent an answer that cannot be read."),
            ProviderErrorKind.ServerError => Make(502, "upstream_error", "upstream_error", $"Provider '{provider}' failed."),
            _ => Make(502, "upstream_error", "provider_fault", $"Provider '{provider}' failed inside its plugin."),
        };
    }
}
