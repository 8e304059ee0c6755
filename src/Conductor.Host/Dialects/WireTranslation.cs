using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Wire;

namespace Conductor.Host.Dialects;

/// <summary>The words of the wire in the words of the machine, for all dialects.</summary>
internal static class WireTranslation
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="InvalidRequestException">It is wrong.</exception>
    public static T Ask<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (WireRequestException wrong)
        {
            throw new InvalidRequestException(wrong.Message, wrong.Param, wrong.Code, wrong);
        }
    }

    /// <summary>Usage as a wire states it.</summary>
    public static TokenUsage? ToTokenUsage(WireUsage? usage) => usage is not { } stated ? null : new TokenUsage
    {
        InputTokens = stated.InputTokens,
        CachedInputTokens = stated.CachedInputTokens,
        CacheWriteTokens = stated.CacheWriteTokens,
        CacheWriteHourTokens = stated.CacheWriteHourTokens,
        AudioInputTokens = stated.AudioInputTokens,
        ImageInputTokens = stated.ImageInputTokens,
        OutputTokens = stated.OutputTokens,
        ReasoningTokens = stated.ReasoningTokens,
        AudioOutputTokens = stated.AudioOutputTokens,
        ImageOutputTokens = stated.ImageOutputTokens,
        IsSuspect = stated.IsSuspect,
    };

    /// <summary>Usage as a wire is to state it.</summary>
    public static WireUsage ToWireUsage(TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return new WireUsage
        {
            InputTokens = usage.InputTokens,
            CachedInputTokens = usage.CachedInputTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            CacheWriteHourTokens = usage.CacheWriteHourTokens,
            AudioInputTokens = usage.AudioInputTokens,
            ImageInputTokens = usage.ImageInputTokens,
            OutputTokens = usage.OutputTokens,
            ReasoningTokens = usage.ReasoningTokens,
            AudioOutputTokens = usage.AudioOutputTokens,
            ImageOutputTokens = usage.ImageOutputTokens,
            IsSuspect = usage.IsSuspect,
        };
    }

    /// <summary>An answer that is not one. The cause is not kept: it holds the upstream's own text.</summary>
    /// <param name="failure">What the reader said.</param>
    /// <param name="classify">The dialect's classifier of errors.</param>
    public static ProviderException ToException(WireResponseException failure, Func<WireError, WireErrorCategory> classify)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(classify);
        return failure.Error is { } error ? ToException(classify(error)) : new ProviderException(ProviderErrorKind.InvalidResponse, failure.Message);
    }

    /// <summary>An error inside a reply that began as a success.</summary>
    public static ProviderException ToException(WireErrorCategory category) => new(
        category switch
        {
            WireErrorCategory.InvalidRequest => ProviderErrorKind.InvalidRequest,
            WireErrorCategory.ContextLength => ProviderErrorKind.ContextLengthExceeded,
            WireErrorCategory.ContentFilter => ProviderErrorKind.ContentFilter,
            WireErrorCategory.Credentials => ProviderErrorKind.Credentials,
            WireErrorCategory.ModelNotFound => ProviderErrorKind.ModelNotFound,
            WireErrorCategory.RateLimited => ProviderErrorKind.RateLimited,
            WireErrorCategory.QuotaExhausted => ProviderErrorKind.QuotaExhausted,
            WireErrorCategory.Overloaded => ProviderErrorKind.Overloaded,
            WireErrorCategory.Timeout => ProviderErrorKind.Timeout,
            WireErrorCategory.Unsupported => ProviderErrorKind.Unsupported,
            _ => ProviderErrorKind.ServerError,
        },
        "The upstream sent an error inside a successful reply.");
}
