using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <content>What an attempt is paid for that ends without the upstream's word on it.</content>
internal sealed partial class AttemptScope
{
    // How fast a model is taken to write while nobody sees it: present ones make 30 to 200 tokens a second.
    private const int TokensPerSecond = 100;

    private long _askedAt; // a timestamp; 0 while no question is out
    private TokenUsage? _spent;

    /// <summary>A question goes out to the upstream now: from here on it may work for it.</summary>
    public void Ask() => _askedAt = Math.Max(1, _services.Time.GetTimestamp());

    /// <summary>The question's answer, or a stream's first content, is in hand: what it took is known from here on, or counted.</summary>
    /// <param name="spent">What it took, for an answer that is of no use; null where whoever asked tells when the attempt ends.</param>
    public void Got(TokenUsage? spent = null)
    {
        _askedAt = 0;
        _spent = spent ?? _spent;
    }

    // An upstream that was asked and did not refuse has worked, whether or not anybody heard it: its input in any case, and its answer as far as it may have come.
    private TokenUsage? UsedUntil(Exception failure, TokenUsage? usage)
    {
        usage ??= _spent;
        if (_askedAt == 0 || !MayHaveWorked(failure))
        {
            return usage;
        }

        var reserved = Attempt.Reservation;
        var written = (long)Math.Ceiling(_services.Time.GetElapsedTime(_askedAt).TotalSeconds * TokensPerSecond);
        var guess = UsageEstimator.Estimate(
            Math.Min(_call is OperationCall ? reserved.InputTokens : UsageEstimator.InputTokens(_call), reserved.InputTokens),
            Math.Clamp(written, 0, reserved.OutputTokens));
        return usage is null ? guess : usage + guess;
    }

    private static bool MayHaveWorked(Exception failure) => failure switch
    {
        OperationCanceledException => true,
        ProviderException { IsUnsent: true } or ProviderException { StatusCode: >= 300 } => false, // never sent, or refused in words
        ProviderException known => known.Kind is ProviderErrorKind.Timeout or ProviderErrorKind.Network or ProviderErrorKind.InvalidResponse or ProviderErrorKind.PluginFault,
        _ => failure is not ConductorException,
    };
}
