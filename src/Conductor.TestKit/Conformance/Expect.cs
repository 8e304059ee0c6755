using Conductor.Operations;
using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>What checks say, in sentences.</summary>
internal static class Expect
{
    public static void That(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new CheckFailedException(sentence);
        }
    }

    /// <summary>An exception that should not be, as a sentence.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        ProviderException known => $"It failed with ProviderException {known.Kind} where an answer was expected: {known.Message}",
        OperationRequestException known => $"It refused a request that is right, naming '{known.Field}': {known.Message}",
        _ => $"It threw {failure.GetType().Name} ({TextOf(failure)}). A provider throws ProviderException for failures of its upstream; anything else counts as a fault of the plugin.",
    };

    /// <summary>The failure that a call must end with. Its facts only: the exception itself may be the plugin's.</summary>
    /// <param name="call">The call.</param>
    /// <param name="when">The rest of a sentence that begins with "When ", for example `the upstream answers 400`.</param>
    public static async Task<ProviderFailure> FailureAsync(Func<Task> call, string when)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (ProviderException failure)
        {
            return new(failure.Kind, failure.StatusCode, failure.RetryAfter, string.Join('\n', failure.Message, failure.Advice, failure.Param));
        }
        catch (Exception failure) when (failure is not (CheckFailedException or NotOfferedException))
        {
            throw new CheckFailedException(
                $"When {when}, the provider throws {failure.GetType().Name} ({TextOf(failure)}) instead of a ProviderException; catch what the upstream's library throws and name its kind.");
        }

        throw new CheckFailedException($"When {when}, the provider reports no failure; it must throw a ProviderException.");
    }

    /// <summary>Waits for something that the plugin owes within <see cref="PluginUnderTest.Patience"/>.</summary>
    public static async Task WithinAsync(Task task, TimeSpan limit, string sentence)
    {
        try
        {
            await task.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CheckFailedException(sentence);
        }
    }

    private static string TextOf(Exception failure)
    {
        try
        {
            return failure.Message;
        }
#pragma warning disable CA1031 // boundary: Message of a plugin's own exception class
        catch (Exception)
#pragma warning restore CA1031
        {
            return "its Message throws, too";
        }
    }
}

/// <summary>The facts of a provider's failure; the text is everything in it that people read.</summary>
internal sealed record ProviderFailure(ProviderErrorKind Kind, int? StatusCode, TimeSpan? RetryAfter, string Text);
